import { describe, expect, it, vi } from 'vitest';
import { LONGEST_TEXT } from '../messages.ts';

type Listener = (message: unknown, sender: object, sendResponse: (reply: unknown) => void) => unknown;
const runtime = vi.hoisted(() => ({
  id: 'own-id',
  listeners: [] as Listener[],
  getURL: (path: string) => `moz-extension://3f2b/${path}`,
  onMessage: { addListener: (listener: Listener) => void runtime.listeners.push(listener) },
}));
vi.mock('./api.ts', () => ({ browser: { runtime } }));
const { answer, isOwnPage, readCommand } = await import('./messaging.ts');

const id = 'own-id';
const base = 'moz-extension://3f2b/';
const handlers = {
  signIn: () => Promise.resolve(),
  cancelSignIn: () => Promise.resolve(),
  showWindow: () => Promise.resolve(true),
  signOut: () => Promise.resolve(),
};

const SENDERS: readonly [string, { id?: string; url?: string }, boolean][] = [
  ['our popup', { id, url: `${base}src/extension/pages/popup/index.html` }, true],
  ['another extension', { id: 'other', url: 'moz-extension://aaaa/popup.html' }, false],
  ['a content script of ours in a web page', { id, url: 'https://example.com/' }, false],
  ['a page that only looks like ours', { id, url: 'https://example.com/moz-extension://3f2b/' }, false],
  ['a sender without an address', { id }, false],
  ['a sender without an id', { url: base }, false],
];

describe('isOwnPage', () => {
  it.each(SENDERS)('%s', (_who, sender, allowed) => {
    expect(isOwnPage(sender, id, base)).toBe(allowed);
  });
});

describe('the message listener', () => {
  it.each(SENDERS)('obeys and answers only our own pages: %s', async (_who, sender, allowed) => {
    const signOut = vi.fn(() => Promise.resolve());
    runtime.listeners.length = 0;
    answer({ ...handlers, signOut } as unknown as Parameters<typeof answer>[0], () => 'internal');
    const replies: unknown[] = [];
    const [listener] = runtime.listeners;
    const waits = listener?.({ command: 'signOut' }, sender, (reply) => void replies.push(reply));
    await new Promise(setImmediate);
    expect([waits, signOut.mock.calls.length, replies]).toEqual(
      allowed ? [true, 1, [{ result: null }]] : [undefined, 0, []],
    );
  });
});

describe('readCommand', () => {
  it('accepts every command', () => {
    expect(readCommand({ command: 'signIn' }, handlers)).toEqual({ command: 'signIn', text: '' });
    expect(readCommand({ command: 'signOut', text: 'Lin', more: 1 }, handlers)).toEqual({
      command: 'signOut',
      text: 'Lin',
    });
  });

  it('accepts a text as long as a picture, and rejects a longer one', () => {
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
  ])('rejects %j', (message) => {
    expect(readCommand(message, handlers)).toBeUndefined();
  });
});

describe('answer', () => {
  it.each([
    ['rejects', () => Promise.reject(new TypeError('of my own'))],
    [
      'throws at once',
      () => {
        throw new TypeError('of my own');
      },
    ],
  ])('returns a code and logs the error when a command %s', async (_how, signIn) => {
    const seen: unknown[] = [];
    answer({ ...handlers, signIn } as never, (error) => {
      seen.push(error);
      return 'internal';
    });
    const reply = new Promise((resolve) => {
      expect(runtime.listeners.at(-1)?.({ command: 'signIn' }, { id, url: base }, resolve)).toBe(true);
    });
    expect(await reply).toEqual({ error: 'internal' });
    expect(seen).toEqual([new TypeError('of my own')]);
  });
});
