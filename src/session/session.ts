// The commands and wake-ups of the session, in one place: what the background may ask of it.
import { createContext, type SessionConfig } from './context.ts';
import { drain } from './outbox.ts';
import type { Ports } from './ports.ts';
import { lookForNews } from './profile.ts';
import { ATTEMPT_LOCK, AUTH_WINDOW, runAttempt, type RunningAttempt } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import { accessToken } from './tokens.ts';

export interface SessionService {
  /** Runs a sign-in to its end; when one runs already, brings its window to the front instead. */
  signIn(): Promise<void>;
  /** Ends the running attempt at once, whatever its window does. */
  cancelSignIn(): Promise<void>;
  /** True when the window of the running attempt is in front now. */
  showWindow(): Promise<boolean>;
  /** Ends the session here at once; the grant is destroyed from the outbox. */
  signOut(): Promise<void>;
  lookForNews(): Promise<void>;
  /** A fresh access token, for code in the background that calls an API. Never send it to a page. Errors: tokens.ts. */
  accessToken(scope: string): Promise<string>;
  /** To be called once whenever the background starts: finds attempts that died, and unfinished revocations. */
  recover(): Promise<void>;
  drain(): Promise<void>;
  windowCreated(windowId: number): Promise<void>;
  windowRemoved(windowId: number): Promise<void>;
}

export function createSession(ports: Ports, config: SessionConfig): SessionService {
  const context = createContext(ports, config);
  const { store } = context;
  // Only a cache of "this context is the one that runs the attempt"; everything that must survive is stored.
  let running: RunningAttempt | undefined;

  const showWindow = async () => {
    const windowId = await ports.memory.get(AUTH_WINDOW);
    return typeof windowId === 'number' && (await ports.authWindow.focus(windowId));
  };

  const fail = async (attemptId: string, code: 'cancelled' | 'interrupted') => {
    const problem = { code, at: ports.now() };
    await store.step({ type: 'signInFailed', attemptId, problem }, code);
  };

  const session: SessionService = {
    showWindow,

    async signIn() {
      const ran = await ports.locks.ifFree(ATTEMPT_LOCK, async () => {
        running = { id: ports.newId(), cancel: new AbortController(), launching: false };
        try {
          await runAttempt(context, running);
        } finally {
          running = undefined;
        }
      });
      if (ran) await drain(context);
      else await showWindow();
    },

    async cancelSignIn() {
      const { session } = await store.read();
      if (session.status !== 'signingIn') return;
      await fail(session.attempt.id, 'cancelled');
      running?.cancel.abort();
      const windowId = await ports.memory.get(AUTH_WINDOW);
      if (typeof windowId === 'number') await ports.authWindow.close(windowId);
    },

    async signOut() {
      await signOut(context, 'by_user');
      await drain(context);
    },

    async lookForNews() {
      await lookForNews(context);
      await drain(context);
    },

    async accessToken(scope) {
      return (await accessToken(context, scope)).token;
    },

    async recover() {
      const { session, deployment } = await store.read();
      if (deployment !== context.deploymentName) await moveEnvironment();
      if (session.status === 'signingIn') {
        // Whoever holds the lock is alive and will end the attempt; if nobody does, it died with its background.
        await ports.locks.ifFree(ATTEMPT_LOCK, () => fail(session.attempt.id, 'interrupted'));
      }
      await drain(context);
    },

    drain: () => drain(context),

    async windowCreated(windowId) {
      if (!running?.launching) return;
      running.launching = false;
      await ports.memory.set({ [AUTH_WINDOW]: windowId });
    },

    async windowRemoved(windowId) {
      if ((await ports.memory.get(AUTH_WINDOW)) !== windowId) return;
      await ports.memory.set({ [AUTH_WINDOW]: null });
    },
  };

  /** A tester build for another server took over: a session there means nothing here, nor do its grants. */
  async function moveEnvironment() {
    await signOut(context, 'environment_changed');
    await store.update((record) => ({ ...record, deployment: context.deploymentName, outbox: [] }));
  }

  return session;
}
