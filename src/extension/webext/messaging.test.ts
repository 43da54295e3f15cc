import { describe, expect, it, vi } from 'vitest';
import { LONGEST_TEXT } from '../messages.ts';

vi.mock('./browser.ts', () => ({ browser: {} }));
const { isOwnPage, readCommand } = await import('./messaging.ts');

const id = 'own-id';
const base = 'moz-extension://3f2b/';
const handlers = {
  signIn: () => Promise.resolve(),
  cancelSignIn: () => Promise.resolve(),
  showWindow: () => Promise.resolve(true),
  signOut: () => Promise.resolve(),
};

describe('isOwnPage', () => {
  it.each([
    ['our popup', { id, url: `${base}src/extension/popup/index.html` }, true],
    ['another extension', { id: 'other', url: 'moz-extension://aaaa/popup.html' }, false],
    ['a content script of ours in a web page', { id, url: 'https://example.com/' }, false],
    ['a page that only looks like ours', { id, url: 'https://example.com/moz-extension://3f2b/' }, false],
    ['a sender without an address', { id }, false],
    ['a sender without an id', { url: base }, false],
  ])('%s', (_who, sender, allowed) => {
    expect(isOwnPage(sender, id, base)).toBe(allowed);
  });
});

describe('readCommand', () => {
  it('knows the commands of the contract', () => {
    expect(readCommand({ command: 'signIn' }, handlers)).toEqual({ command: 'signIn', text: '' });
    expect(readCommand({ command: 'signOut', text: 'Lin', more: 1 }, handlers)).toEqual({
      command: 'signOut',
      text: 'Lin',
    });
  });

  it("takes a text of a picture's length, and none beyond", () => {
    const text = 'x'.repeat(LONGEST_TEXT);
    expect(readCommand({ command: 'signIn', text }, handlers)?.text).toHaveLength(LONGEST_TEXT);
    expect(readCommand({ command: 'signIn', text: `${text}x` }, handlers)).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    'signIn',
    {},
    { command: 'accessToken' },
    { command: 'toString' },
    { command: ['signIn'] },
    { command: 'signIn', text: 7 },
    { command: 'signIn', text: { a: 1 } },
  ])('refuses %j', (message) => {
    expect(readCommand(message, handlers)).toBeUndefined();
  });
});
