// The commands and wake-ups of the session, in one place: what the background may ask of it.
import { createAuthWindows } from './auth-window.ts';
import { createContext, type SessionConfig } from './context.ts';
import { drain } from './outbox.ts';
import type { Ports } from './ports.ts';
import { lookForNews } from './profile.ts';
import { ATTEMPT_LOCK, runAttempt, type RunningAttempt } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import { accessToken } from './tokens.ts';

export interface SessionService {
  /** Runs a sign-in to its end; when one runs already, brings its window to the front instead. */
  signIn(): Promise<void>;
  /** Ends the running attempt at once, whatever its window does. */
  cancelSignIn(): Promise<void>;
  /** True when the window of the running attempt is in front now. */
  showWindow(): Promise<boolean>;
  /** Ends the session here; that the grant is destroyed is begun, not awaited. */
  signOut(): Promise<void>;
  lookForNews(): Promise<void>;
  /**
   * A fresh access token, for code in the background that calls an API. Never send it to a page. When a resource answers
   * 401, ask once more with the token it refused. Errors: tokens.ts.
   */
  accessToken(scope: string, refused?: string): Promise<string>;
  /** To be called once whenever the background starts, before anything else: ends attempts that died. No network. */
  recover(): Promise<void>;
  /** Destroys what is due to be destroyed, and plans the rest. */
  drain(): Promise<void>;
  windowCreated(windowId: number): Promise<void>;
  windowRemoved(windowId: number): Promise<void>;
}

export function createSession(ports: Ports, config: SessionConfig): SessionService {
  const context = createContext(ports, config);
  const windows = createAuthWindows(ports);
  const { store } = context;
  // Only to be able to cancel it; everything that must survive is stored.
  let running: RunningAttempt | undefined;

  const drainLater = () => {
    drain(context).catch(ports.report);
  };

  const fail = async (attemptId: string, code: 'cancelled' | 'interrupted') => {
    const problem = { code, at: ports.now() };
    await store.step({ type: 'signInFailed', attemptId, problem }, code);
  };

  /** Whoever holds the lock of attempts and still finds one running knows that it died with its background. */
  const endDeadAttempt = async () => {
    const { session } = await store.read();
    if (session.status === 'signingIn') await fail(session.attempt.id, 'interrupted');
  };

  const attempt = async () => {
    await endDeadAttempt();
    running = { id: ports.newId(), cancel: new AbortController() };
    try {
      const { over } = await runAttempt(context, windows, running);
      void over.then(drainLater);
    } finally {
      running = undefined;
    }
  };

  const stopAttempt = async () => {
    running?.cancel.abort();
    await windows.dismiss();
  };

  return {
    showWindow: () => windows.show(),

    async signIn() {
      if (await ports.locks.ifFree(ATTEMPT_LOCK, attempt)) return;
      // An attempt that was ended a moment ago is about to let go.
      if (running?.cancel.signal.aborted) await ports.locks.exclusive(ATTEMPT_LOCK, attempt);
      else await windows.show();
    },

    async cancelSignIn() {
      const { session } = await store.read();
      if (session.status !== 'signingIn') return;
      await fail(session.attempt.id, 'cancelled');
      await stopAttempt();
    },

    async signOut() {
      await signOut(context, 'by_user');
      drainLater();
      await stopAttempt();
    },

    async lookForNews() {
      await lookForNews(context);
      drainLater();
    },

    async accessToken(scope, refused) {
      try {
        return (await accessToken(context, scope, refused)).token;
      } catch (error) {
        // A token that came too late is an orphan now.
        drainLater();
        throw error;
      }
    },

    async recover() {
      const { deployment } = await store.read();
      if (deployment !== context.deploymentName) {
        await signOut(context, 'environment_changed');
        await store.update((record) => ({ ...record, deployment: context.deploymentName }));
      }
      const free = await ports.locks.ifFree(ATTEMPT_LOCK, endDeadAttempt);
      // The locks of a context that has just died may be freed a moment later.
      if (!free) ports.locks.exclusive(ATTEMPT_LOCK, endDeadAttempt).catch(ports.report);
      await store.publish();
    },

    drain: () => drain(context),
    windowCreated: (windowId) => windows.created(windowId),
    windowRemoved: (windowId) => windows.removed(windowId),
  };
}
