// What each command of a page does. Commands that take long are started, not awaited: their outcome is in the view.
import type { SessionService } from '../../session/session.ts';
import type { Handlers } from '../webext/messaging.ts';

export function commandHandlers(
  session: SessionService,
  recovered: Promise<void>,
  report: (error: unknown) => void,
): Handlers {
  const start = (work: Promise<unknown>) => void work.catch(report);
  return {
    signIn: async () => {
      await recovered;
      start(session.signIn());
    },
    cancelSignIn: async () => {
      await recovered;
      await session.cancelSignIn();
    },
    showWindow: async () => {
      await recovered;
      return session.showWindow();
    },
    signOut: async () => {
      await recovered;
      await session.signOut();
    },
    lookForNews: async () => {
      await recovered;
      start(session.lookForNews());
    },
  };
}
