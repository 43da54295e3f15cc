import { describe, expect, it } from 'vitest';
import { FxaError } from '../../fxa/errors.ts';
import type { SessionService } from '../../session/index.ts';
import { textFor } from '../messages.ts';
import { commandHandlers, readPicture } from './handlers.ts';

/** What each command without a text has the session do. */
const CALLS = {
  signIn: ['signIn', { started: expect.any(Function) as unknown }],
  signInInTab: ['signInInTab', { started: expect.any(Function) as unknown }],
  useAnotherAccount: ['signIn', { forceLogin: true, started: expect.any(Function) as unknown }],
  popupOpened: ['popupOpened'],
  allowMetrics: ['setMetrics', true],
  refuseMetrics: ['setMetrics', false],
  preferTab: ['preferTab', true],
  preferWindow: ['preferTab', false],
  wake: ['wake'],
  dismissProblem: ['dismissProblem'],
  cancelSignIn: ['cancelSignIn'],
  showWindow: ['showWindow'],
  signOut: ['signOut'],
  signOutAndAsk: ['signOut', { forceLogin: true }],
  keepsKeys: ['keepsKeys'],
  endWithBrowser: ['setSessionOnly', true],
  outliveBrowser: ['setSessionOnly', false],
  reset: ['reset'],
} as const;

/** A session that notes its calls. */
function notingSession(fails?: Error) {
  const calls: unknown[][] = [];
  const session = new Proxy({} as SessionService, {
    get: (_session, name) =>
      name === 'then'
        ? undefined
        : (...given: unknown[]) => {
            calls.push([name, ...given]);
            return fails ? Promise.reject(fails) : Promise.resolve();
          },
  });
  return { session, calls };
}

const nothing = () => Promise.resolve();
const ofTesters = { switchServer: nothing, simulateFault: nothing };

describe('a command', () => {
  it.each(Object.entries(CALLS))('%s has the session do one thing', async (command, call) => {
    const { session, calls } = notingSession();
    const handlers = commandHandlers(Promise.resolve(session), () => undefined, ofTesters);
    await handlers[command as keyof typeof CALLS]('');
    expect(calls).toEqual([call]);
  });

  it.each([
    ['objects', true],
    ['silent', false],
    ['', false],
  ])('dntGpc with "%s" sets %s', async (objection, objects) => {
    const { session, calls } = notingSession();
    await commandHandlers(Promise.resolve(session), () => undefined, ofTesters).dntGpc(objection);
    expect(calls).toEqual([['setDntGpc', objects]]);
  });

  it.each(['switchServer', 'simulateFault'] as const)(
    '%s is given its text, after the recovery',
    async (command) => {
      const { session } = notingSession();
      const given: unknown[] = [];
      const note = (...parts: unknown[]) => Promise.resolve(void given.push(parts.at(-1)));
      let recovered: (session: SessionService) => void = () => undefined;
      const ready = new Promise<SessionService>((resolve) => (recovered = resolve));
      const commands = { ...ofTesters, [command]: note };
      const done = commandHandlers(ready, () => undefined, commands)[command]('offline');
      await Promise.resolve();
      expect(given).toEqual([]);
      recovered(session);
      await done;
      expect(given).toEqual(['offline']);
    },
  );

  it('is answered once the sign-in is stored, and not when it is over', async () => {
    const session = {
      signIn: ({ started }: { started: () => void }) => {
        started();
        return new Promise(() => undefined);
      },
    } as unknown as SessionService;
    const handlers = commandHandlers(Promise.resolve(session), () => undefined, ofTesters);
    await expect(handlers.signIn('')).resolves.toBeUndefined();
  });

  it('that fails is reported, and rejects where the page waits for it', async () => {
    const fails = new FxaError('offline', 'No connection');
    const reported: unknown[] = [];
    const { session } = notingSession(fails);
    const handlers = commandHandlers(Promise.resolve(session), (error) => reported.push(error), ofTesters);
    await expect(handlers.signIn('')).rejects.toBe(fails);
    await handlers.popupOpened('');
    await expect.poll(() => reported).toEqual([fails, fails]);
  });
});

describe('a change of the profile', () => {
  const asked: unknown[] = [];
  const note = (...parts: unknown[]) => Promise.resolve(void asked.push(parts));
  const session = { changeDisplayName: note, changeAvatar: note } as unknown as SessionService;
  const handlers = commandHandlers(Promise.resolve(session), () => undefined, ofTesters);

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
    'data:image/png;base64,AAAA,AAAA',
    'data:image/png;base64,<svg>',
    'https://example.com/a.png',
    ' data:image/png;base64,AAAA',
  ])('rejects "%s"', (dataUrl) => {
    expect(() => readPicture(dataUrl)).toThrow(expect.objectContaining({ code: 'invalid_request' }) as Error);
  });
});
