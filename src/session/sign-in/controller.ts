// Coordinates sign-in attempts: one at a time; if the background dies, the next one resumes or fails the attempt.
import { FxaError, type Reason } from '../../fxa/errors.ts';
import { scheduleWatchdog } from './attempt.ts';
import { finishAttempt } from './complete.ts';
import { createAuthTabs, type TabAttempt } from './auth-tab.ts';
import { createAuthWindows } from './auth-window.ts';
import type { Context } from '../context.ts';
import { recordOutcome, runAttempt, type RunningAttempt, type SignInOptions } from './authorize.ts';
import type { Problem } from '../state/states.ts';
import { LOCKS } from '../state/storage-items.ts';
import { takeTypedAddress } from './typed-email.ts';

export interface Attempts {
  readonly signIn: (options?: SignInOptions) => Promise<void>;
  readonly signInInTab: (options?: Pick<SignInOptions, 'started'>) => Promise<void>;
  /** Cancels the attempt, or a sign-in in a tab that still waits for permission. */
  readonly cancel: () => Promise<void>;
  readonly show: () => Promise<boolean>;
  /** Stops whatever is running; the attempt's outcome is already in the record. */
  readonly stop: () => Promise<void>;
  /** Fails an attempt that died with its background, or resumes one whose tab has returned. Awaits no request. */
  readonly recover: () => Promise<void>;
  /** The same, cheap enough to call repeatedly. */
  readonly wake: () => Promise<void>;
  /** The same, when the watchdog fires; reschedules it while an attempt runs or a sign-in waits for permission. */
  readonly watch: () => Promise<void>;
  readonly windowCreated: (windowId: number) => Promise<void>;
  readonly windowRemoved: (windowId: number) => Promise<void>;
  readonly tabUpdated: (tabId: number, url: string) => Promise<void>;
  readonly tabRemoved: (tabId: number) => Promise<void>;
  readonly permissionAdded: () => Promise<void>;
}

/** An attempt whose tab has reached the return page, and its URL there. */
interface ReturnedTab {
  readonly found: TabAttempt;
  readonly url: string;
}

/** `afterwards` is called when an attempt is over, as it may have left tokens to destroy. */
export function createAttempts(context: Context, afterwards: () => void): Attempts {
  const { ports, store } = context;
  const windows = createAuthWindows(ports);
  const tabs = createAuthTabs(ports);
  // Only needed to cancel it; everything else is stored.
  let running: RunningAttempt | undefined;
  /** Whether a click already waits for a cancelled attempt to end; further clicks are ignored. */
  let queued = false;

  const fail = async (attemptId: string, problem: Pick<Problem, 'code' | 'reason'>) => {
    await store.dispatch(
      { type: 'signInFailed', attemptId, attemptError: { ...problem, at: ports.now() } },
      { orInMemory: true },
    );
  };

  const run = async (id: string, work: (attempt: RunningAttempt) => Promise<{ over: Promise<void> }>) => {
    running = { id, cancel: new AbortController() };
    try {
      const { over } = await work(running);
      void over.then(afterwards);
    } finally {
      running = undefined;
    }
  };

  const finish = async ({ found, url }: ReturnedTab) => {
    const attempt = await tabs.take(found.id);
    const { session } = await store.read();
    // For example cancelled while its tab was opening.
    if (!attempt || session.status !== 'signingIn' || session.attempt.id !== attempt.id) return;
    await run(attempt.id, async (mine) => {
      // The tab's URL contains the code, so close it right away.
      if (attempt.tabId !== undefined) await ports.authTab.close(attempt.tabId);
      return recordOutcome(context, mine, finishAttempt(context, attempt, url, mine.cancel.signal));
    });
  };

  /**
   * Finds out what became of a running attempt. Call under the attempt lock: an attempt that is still running then died
   * with its background, unless it waits in a tab or returned there while no background was awake.
   */
  const find = async (): Promise<'none' | 'waits' | ReturnedTab> => {
    const { session } = await store.read();
    if (session.status !== 'signingIn') return 'none';
    const attempt = await tabs.pending();
    if (attempt?.id !== session.attempt.id || attempt.tabId === undefined) {
      await tabs.take(session.attempt.id);
      await fail(session.attempt.id, { code: 'interrupted' });
      return 'none';
    }
    if (!(await ports.authTab.allowed())) {
      // The tab's URL can't be read any more, so it would never be seen to return.
      await tabs.take(attempt.id);
      await fail(attempt.id, { code: 'interrupted', reason: 'tab_not_allowed' });
      return 'none';
    }
    const place = await ports.authTab.look(attempt.tabId);
    if (!place) {
      await tabs.take(attempt.id);
      await fail(attempt.id, { code: 'cancelled' });
      return 'none';
    }
    // Its URL can only be read at the return page.
    return (await findReturned(attempt.tabId, place.url ?? '')) ?? 'waits';
  };

  const findReturned = async (tabId: number, url: string): Promise<ReturnedTab | undefined> => {
    const found = await tabs.at(tabId, url);
    return found && { found, url };
  };

  const attempt = (options: SignInOptions) => async () => {
    const before = await find();
    if (before === 'waits') {
      await tabs.show();
      return;
    }
    if (before !== 'none') return finish(before);
    await tabs.dismiss();
    // Until the attempt is stored, the pending sign-in is the only trace of the click.
    const started = async () => {
      await tabs.clearPendingSignIn();
      await options.started?.();
    };
    await run(ports.newId(), (mine) => runAttempt(context, { windows, tabs }, mine, { ...options, started }));
    // The tab may have returned before its id was known here.
    await resume();
  };

  const show = async () => (await windows.show()) || (await tabs.show());

  const signIn = async (options: SignInOptions = {}) => {
    const email = (await takeTypedAddress(ports)) ?? options.email;
    const work = attempt({ ...options, email });
    if (await ports.locks.ifFree(LOCKS.attempt, work)) return;
    if (!running?.cancel.signal.aborted || queued) {
      await show();
      return;
    }
    // A cancelled attempt is about to release the lock.
    queued = true;
    try {
      await ports.locks.exclusive(LOCKS.attempt, work);
    } finally {
      queued = false;
    }
  };

  const resume = async () => {
    const found = await find();
    if (typeof found === 'object') await finish(found);
  };

  /** Resolves with false when an attempt is running, here or in another context. */
  const wake = async () => {
    let found: 'none' | 'waits' | ReturnedTab = 'none';
    const free = await ports.locks.ifFree(LOCKS.attempt, async () => {
      found = await find();
    });
    // Not awaited, because it needs the network.
    if (typeof found === 'object') ports.locks.exclusive(LOCKS.attempt, resume).catch(ports.report);
    return free;
  };

  const resumePending = async (started?: SignInOptions['started']) => {
    const pending = await tabs.getPendingSignIn();
    if (!pending || !(await ports.authTab.allowed())) return;
    try {
      await signIn({ via: 'tab', email: pending.email, started });
    } finally {
      // Also if there was an attempt already, whose window or tab is in front now.
      await tabs.clearPendingSignIn();
    }
  };

  /** Removes a pending sign-in and the typed address. */
  const clearPending = async () => {
    await takeTypedAddress(ports);
    await tabs.clearPendingSignIn();
  };

  const stop = async (reason?: Reason) => {
    running?.cancel.abort(reason);
    await clearPending();
    await windows.dismiss();
    await tabs.dismiss();
  };

  return {
    signIn,
    show,
    stop: () => stop(),

    async signInInTab(options = {}) {
      const email = await takeTypedAddress(ports);
      if (ports.authTab.redirectUri === undefined)
        throw new FxaError('unsupported', 'There is no return page.');
      // The browser may still be asking for the permission; the answer wakes the background.
      await tabs.setPendingSignIn(email);
      await resumePending(options.started);
      // Without an answer it expires, together with the address.
      if (await tabs.getPendingSignIn()) await scheduleWatchdog(context);
    },

    permissionAdded: () => resumePending(),

    async cancel() {
      const reason = (await windows.isComing()) ? 'window_coming' : undefined;
      // Stop before recording it, as storage may fail.
      await stop(reason);
      const { session } = await store.read();
      if (session.status !== 'signingIn') return;
      await fail(session.attempt.id, { code: 'cancelled', ...(reason && { reason }) });
    },

    async wake() {
      await wake();
    },

    async recover() {
      // The locks of a context that just died may be released a moment later.
      if (!(await wake())) ports.locks.exclusive(LOCKS.attempt, resume).catch(ports.report);
      resumePending().catch(ports.report);
    },

    async watch() {
      await wake();
      if (running || (await tabs.getPendingSignIn())) await scheduleWatchdog(context);
    },

    windowCreated: (windowId) => windows.created(windowId),
    windowRemoved: (windowId) => windows.removed(windowId),

    async tabUpdated(tabId, url) {
      const found = await findReturned(tabId, url);
      if (found) await ports.locks.exclusive(LOCKS.attempt, () => finish(found));
    },

    async tabRemoved(tabId) {
      const found = await tabs.pending();
      if (found?.tabId !== tabId || !(await tabs.take(found.id))) return;
      await fail(found.id, { code: 'cancelled' });
    },
  };
}
