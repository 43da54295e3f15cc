// Handles the commands of pages. Long ones are answered once started; the view shows their outcome.
import { FxaError } from '../../fxa/errors.ts';
import type { SessionService } from '../../session/index.ts';
import { readTextFor } from '../messages.ts';
import type { Handlers } from '../browser/messaging.ts';

/** What only tester builds do; in production, both reject. */
export interface TesterCommands {
  readonly switchServer: (session: SessionService, config: string) => Promise<void>;
  readonly simulateFault: (name: string) => Promise<void>;
}

/** `ready` resolves when the session is recovered; commands wait for it. */
export function commandHandlers(
  ready: Promise<SessionService>,
  report: (error: unknown) => void,
  { switchServer, simulateFault }: TesterCommands,
): Handlers {
  /** Answers at once. */
  const inBackground = (work: (session: SessionService) => Promise<void>) => async () => {
    work(await ready).catch(report);
  };
  /** Answers once the action is recorded and survives the background's end. */
  const untilStarted =
    (work: (session: SessionService, started: () => void) => Promise<void>) => async () => {
      const session = await ready;
      await new Promise<void>((resolve, reject) => {
        work(session, resolve).then(resolve, (error: unknown) => {
          report(error);
          reject(error instanceof Error ? error : new Error('unknown'));
        });
      });
    };
  /** Answers with the result. */
  const untilDone =
    <T>(work: (session: SessionService, text: string) => Promise<T>) =>
    async (text: string) =>
      work(await ready, text);
  return {
    signIn: untilStarted((session, started) => session.signIn({ started })),
    signInInTab: untilStarted((session, started) => session.signInInTab({ started })),
    useAnotherAccount: untilStarted((session, started) => session.signIn({ forceLogin: true, started })),
    popupOpened: inBackground((session) => session.popupOpened()),
    dntGpc: untilDone((session, objection) => session.setDntGpc(objection === 'objects')),
    allowMetrics: untilDone((session) => session.setMetrics(true)),
    refuseMetrics: untilDone((session) => session.setMetrics(false)),
    preferTab: untilDone((session) => session.preferTab(true)),
    preferWindow: untilDone((session) => session.preferTab(false)),
    changeName: untilDone((session, prefixed) => {
      const { uid, text } = readTextFor(prefixed);
      return session.changeDisplayName(text, uid);
    }),
    changePicture: untilDone(async (session, prefixed) => {
      const { uid, text } = readTextFor(prefixed);
      return session.changeAvatar(readPicture(text), uid);
    }),
    switchServer: untilDone(switchServer),
    simulateFault: untilDone((_session, name) => simulateFault(name)),
    wake: untilDone((session) => session.wake()),
    dismissProblem: untilDone((session) => session.dismissProblem()),
    cancelSignIn: untilDone((session) => session.cancelSignIn()),
    showWindow: untilDone((session) => session.showWindow()),
    signOut: untilDone((session) => session.signOut()),
    signOutAndAsk: untilDone((session) => session.signOut({ forceLogin: true })),
    keepsKeys: untilDone((session) => session.keepsKeys()),
    endWithBrowser: untilDone((session) => session.setSessionOnly(true)),
    outliveBrowser: untilDone((session) => session.setSessionOnly(false)),
    reset: untilDone((session) => session.reset()),
  };
}

/** @throws FxaError `invalid_request` unless it is a PNG or JPEG as a base64 data URL. */
export function readPicture(dataUrl: string): Blob {
  const [, type, base64] = /^data:(image\/(?:png|jpeg));base64,([A-Za-z0-9+/]+={0,2})$/.exec(dataUrl) ?? [];
  if (type === undefined || base64 === undefined)
    throw new FxaError('invalid_request', 'A picture is a PNG or JPEG.');
  return new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type });
}
