// Coordinates sign-in attempts: one at a time; if the background dies, the next one resumes or fails the attempt.
import { parameterFault } from '../../fxa/authorization-parameters.ts';
import { FxaError, type Reason } from '../../fxa/errors.ts';
import { scheduleWatchdog, type SignInOptions } from './attempt.ts';
import { finishAttempt } from './complete.ts';
import { createAuthTabs } from './auth-tab.ts';
import { createAuthWindows } from './auth-window.ts';
import type { Context } from '../context.ts';
import { failAttempt, findAttempt, type FoundAttempt, type ReturnedTab } from './find-attempt.ts';
import { recordOutcome, runAttempt, type RunningAttempt } from './authorize.ts';
import { LOCKS, MEMORY } from '../state/storage-items.ts';

export type Attempts = ReturnType<typeof createAttempts>;

/** `afterwards` is called when an attempt is over, as it may have left tokens to destroy. */
export function createAttempts(context: Context, afterwards: () => void) {
  const { ports, store } = context;
  const windows = createAuthWindows(ports);
  const tabs = createAuthTabs(ports);
  // Only needed to cancel it; everything else is stored.
  let running: RunningAttempt | undefined;
  /** Whether an attempt is about to be stored. */
  let starting = false;
  /** Whether a click already waits for the lock; further clicks are ignored. */
  let queued = false;

  const run = async (id: string, work: (attempt: RunningAttempt) => Promise<void>) => {
    running = { id, cancel: new AbortController(), afterwards };
    try {
      await work(running);
    } finally {
      running = undefined;
    }
  };

  const finishReturned = async ({ id, url }: ReturnedTab) => {
    const attempt = await tabs.take(id);
    const { session } = await store.read();
    // For example cancelled while its tab was opening.
    if (!attempt || session.status !== 'signingIn' || session.attempt.id !== id) return;
    await run(id, async (mine) => {
      // The tab's URL contains the code, so close it right away.
      if (attempt.tabId !== undefined) await ports.authTab.close(attempt.tabId);
      await recordOutcome(context, mine, finishAttempt(context, attempt, url, mine.cancel.signal));
    });
  };

  /** Brings the attempt's window or tab to the front; true if it did. */
  const showWindow = async () => (await windows.show()) || (await tabs.show());

  /** Shows the attempt that runs, unless this one was for a certain account, which that one may not bring. */
  const showRunning = async ({ account }: SignInOptions) => {
    if (account !== undefined) throw new FxaError('busy', 'Another sign-in is running.');
    await showWindow();
  };

  /** Removes and returns the address typed in the popup; undefined if it is missing or invalid. */
  const takeTypedAddress = async () => {
    const typed = (await ports.memory.get(MEMORY.typedAddress)) ?? undefined;
    if (typed === undefined) return undefined;
    await ports.memory.set({ [MEMORY.typedAddress]: null });
    return typeof typed === 'string' && parameterFault('email', typed) === undefined ? typed : undefined;
  };

  const attempt = (options: SignInOptions) => async () => {
    starting = true;
    try {
      const before = await findAttempt(context, tabs);
      if (typeof before === 'object') await finishReturned(before);
      if (before !== 'none') {
        await showRunning(options);
        return;
      }
      await tabs.dismiss();
      // Until the attempt is stored, the pending sign-in is the only trace of the click.
      const started = async () => {
        starting = false;
        await tabs.clearPendingSignIn();
        await options.started?.();
      };
      await run(ports.newId(), (mine) =>
        runAttempt(context, { windows, tabs }, mine, { ...options, started }),
      );
    } finally {
      starting = false;
    }
    // The tab may have returned before its id was known here.
    await resume();
  };

  /** Whether an attempt is running here, so that a click only shows it. */
  const isRunning = async () => {
    if (running?.cancel.signal.aborted) return false;
    if (starting) return true;
    const { session } = await store.read();
    return session.status === 'signingIn' && running !== undefined;
  };

  /** Runs a sign-in to its end, or until it waits in a tab. If one is running, brings it to the front instead. */
  const signIn = async (options: SignInOptions = {}) => {
    // A typed address is not that of a certain account.
    const email = options.account === undefined ? await takeTypedAddress() : undefined;
    const work = attempt({ ...options, email: email ?? options.email });
    if (await ports.locks.ifFree(LOCKS.attempt, work)) return;
    if ((await isRunning()) || queued) {
      await showRunning(options);
      return;
    }
    // What has just ended is about to release the lock.
    queued = true;
    await ports.locks.exclusive(LOCKS.attempt, () => {
      queued = false;
      return work();
    });
  };

  const resume = async () => {
    const found = await findAttempt(context, tabs);
    if (typeof found === 'object') await finishReturned(found);
  };

  /**
   * Fails an attempt that died with its background, or resumes one whose tab has returned. Resolves with false when one
   * is running, here or in another context.
   */
  const wake = async () => {
    let found: FoundAttempt = 'none';
    const free = await ports.locks.ifFree(LOCKS.attempt, async () => {
      found = await findAttempt(context, tabs);
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

  /** Stops whatever is running; the attempt's outcome is already in the record. */
  const stop = async (reason?: Reason) => {
    running?.cancel.abort(new FxaError('cancelled', 'Cancelled by the user.', { reason }));
    await takeTypedAddress();
    await tabs.clearPendingSignIn();
    await windows.dismiss();
    await tabs.dismiss();
  };

  return {
    signIn,
    showWindow,
    wake,
    stop: () => stop(),

    /**
     * Signs in in a tab, once the permission it needs is granted.
     *
     * @throws FxaError `unsupported` when the build has no return page.
     */
    async signInInTab(options: Pick<SignInOptions, 'started'> = {}) {
      const email = await takeTypedAddress();
      if (ports.authTab.redirectUri === undefined)
        throw new FxaError('unsupported', 'There is no return page.');
      // The browser may still be asking for the permission; the answer wakes the background.
      await tabs.setPendingSignIn(email);
      await resumePending(options.started);
      // Without an answer it expires, together with the address.
      if (await tabs.getPendingSignIn()) await scheduleWatchdog(context);
    },

    permissionAdded: () => resumePending(),

    /** Cancels the running attempt at once, or a sign-in in a tab that waits for permission. */
    async cancelSignIn() {
      const reason = (await windows.isComing()) ? 'window_coming' : undefined;
      // Stop before recording it, as storage may fail.
      await stop(reason);
      const { session } = await store.read();
      if (session.status !== 'signingIn') return;
      await failAttempt(context, session.attempt.id, { code: 'cancelled', ...(reason && { reason }) });
    },

    /** As `wake`, also for a pending sign-in. Awaits no request. */
    async recover() {
      // The locks of a context that just died may be released a moment later.
      if (!(await wake())) ports.locks.exclusive(LOCKS.attempt, resume).catch(ports.report);
      resumePending().catch(ports.report);
    },

    /** As `wake`, when the watchdog fires; reschedules it while there is something to watch. */
    async watch() {
      await wake();
      if (running || (await tabs.getPendingSignIn())) await scheduleWatchdog(context);
    },

    windowCreated: (windowId: number) => windows.created(windowId),
    windowRemoved: (windowId: number) => windows.removed(windowId),

    async tabUpdated(tabId: number, url: string) {
      const found = await tabs.at(tabId, url);
      if (found) await ports.locks.exclusive(LOCKS.attempt, () => finishReturned({ id: found.id, url }));
    },

    async tabRemoved(tabId: number) {
      const found = await tabs.pending();
      if (found?.tabId !== tabId || !(await tabs.take(found.id))) return;
      await failAttempt(context, found.id, { code: 'cancelled' });
    },
  };
}
