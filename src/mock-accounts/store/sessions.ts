/** Sign-ins of a browser (or a test) at the mock server itself. */
import { randomHex } from './random.ts';
import type { Session } from './types.ts';

export interface Sessions {
  /** Starts a session for someone who just proved who they are. `token` is random unless given. */
  open(uid: string, token?: string): Session;
  find(token: string | undefined): Session | undefined;
  close(token: string): void;
  closeAllOf(uid: string, except?: string): void;
}

/** No sessions yet. */
export function createSessions(now: () => number): Sessions {
  const sessions = new Map<string, Session>();
  return {
    open(uid, token = randomHex(32)) {
      const session: Session = { token, uid, lastAuthAt: now(), amr: ['pwd', 'email'], aal: 1 };
      sessions.set(token, session);
      return session;
    },
    find: (token) => (token === undefined ? undefined : sessions.get(token)),
    close: (token) => void sessions.delete(token),
    closeAllOf(uid, except) {
      for (const session of sessions.values()) {
        if (session.uid === uid && session.token !== except) sessions.delete(session.token);
      }
    },
  };
}
