import { describe, expect, it } from 'vitest';
import type { SessionService } from '../../session/index.ts';
import { textFor } from '../messages.ts';
import { commandHandlers, readPicture } from './handlers.ts';

describe('a change of the profile', () => {
  const asked: unknown[] = [];
  const note = (...parts: unknown[]) => Promise.resolve(void asked.push(parts));
  const session = { changeDisplayName: note, changeAvatar: note } as unknown as SessionService;
  const handlers = commandHandlers(Promise.resolve(session), () => undefined, note);

  it('applies to the account that the page showed', async () => {
    await handlers.changeName(textFor('a'.repeat(32), 'Ada  King '));
    await handlers.changePicture(textFor('a'.repeat(32), 'data:image/png;base64,AAAA'));
    expect(asked).toEqual([
      ['Ada  King ', 'a'.repeat(32)],
      [expect.any(Blob), 'a'.repeat(32)],
    ]);
  });

  it.each(['', 'Ada'])('without an account names none: "%s"', async (text) => {
    asked.length = 0;
    await handlers.changeName(text);
    expect(asked).toEqual([[text, '']]);
  });
});

describe('readPicture', () => {
  it.each(['image/png', 'image/jpeg'])('reads the bytes of %s', async (type) => {
    const picture = readPicture(`data:${type};base64,/wD+`);
    expect(picture.type).toBe(type);
    expect([...new Uint8Array(await picture.arrayBuffer())]).toEqual([255, 0, 254]);
  });

  it.each([
    '',
    'data:image/png;base64,',
    'data:image/svg+xml;base64,AAAA',
    'data:text/html;base64,AAAA',
    'data:image/png,AAAA',
    'data:image/png;base64,<svg>',
    'https://example.com/a.png',
    ' data:image/png;base64,AAAA',
  ])('rejects "%s"', (dataUrl) => {
    expect(() => readPicture(dataUrl)).toThrow(expect.objectContaining({ code: 'invalid_request' }) as Error);
  });
});
