// What each command of a page does. One that takes long is answered when it has begun: its outcome is in the view.
import type { SessionService } from '../../session/session.ts';
import type { Handlers } from '../webext/messaging.ts';

/** `ready` resolves when the last background's leftovers are in order; no command runs before. */
export function commandHandlers(
  session: SessionService,
  ready: Promise<void>,
  report: (error: unknown) => void,
): Handlers {
  const start = (work: () => Promise<void>) => async () => {
    await ready;
    work().catch(report);
  };
  /** Answers when the click can no longer be lost. */
  const begin = (work: (started: () => void) => Promise<void>) => async () => {
    await ready;
    await new Promise<void>((resolve, reject) => {
      work(resolve).then(resolve, (error: unknown) => {
        report(error);
        reject(error instanceof Error ? error : new Error('unknown'));
      });
    });
  };
  const run =
    <T>(work: () => Promise<T>) =>
    async () => {
      await ready;
      return work();
    };
  return {
    signIn: begin((started) => session.signIn({ started })),
    signInInTab: begin((started) => session.signInInTab({ started })),
    useAnotherAccount: begin((started) => session.signIn({ askWho: true, started })),
    lookForNews: start(() => session.lookForNews()),
    wake: run(() => session.wake()),
    dismissProblem: run(() => session.dismissProblem()),
    cancelSignIn: run(() => session.cancelSignIn()),
    showWindow: run(() => session.showWindow()),
    signOut: run(() => session.signOut()),
    signOutAndAsk: run(() => session.signOut({ askWho: true })),
    endWithBrowser: run(() => session.setSessionOnly(true)),
    outliveBrowser: run(() => session.setSessionOnly(false)),
    reset: run(() => session.reset()),
  };
}
