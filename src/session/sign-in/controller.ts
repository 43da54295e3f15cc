// All there is to do with attempts: one at a time, seen through by whoever is alive, and never ended in silence.
import { FxaError, type Reason } from '../../fxa/errors.ts';
import { finishAttempt, scheduleWatchdog } from './attempt.ts';
import { createAuthTabs, type TabAttempt } from './auth-tab.ts';
import { createAuthWindows } from './auth-window.ts';
import type { Context } from '../context.ts';
import {
  ATTEMPT_LOCK,
  runAttempt,
  recordOutcome,
  type RunningAttempt,
  type SignInOptions,
} from './authorize.ts';
import type { Problem } from '../state/states.ts';
import { takeTypedAddress } from './typed-email.ts';

export interface Attempts {
  readonly signIn: (options?: SignInOptions) => Promise<void>;
  readonly signInInTab: (options?: Pick<SignInOptions, 'started'>) => Promise<void>;
  /** Ends the attempt, or takes back the wish for a tab that is still waiting for its permission. */
  readonly cancel: () => Promise<void>;
  readonly show: () => Promise<boolean>;
  /** Lets go of whatever runs; what became of the attempt is in the record already. */
  readonly stop: () => Promise<void>;
  /** Ends an attempt that died with its background, and takes up one whose tab has come back. No network is waited for. */
  readonly recover: () => Promise<void>;
  /** The same, for whoever asks again and again. */
  readonly wake: () => Promise<void>;
  /** The same, when the alarm of the attempt rings; it is set again while one runs here, or a wish waits. */
  readonly watch: () => Promise<void>;
  readonly windowCreated: (windowId: number) => Promise<void>;
  readonly windowRemoved: (windowId: number) => Promise<void>;
  readonly tabUpdated: (tabId: number, url: string) => Promise<void>;
  readonly tabRemoved: (tabId: number) => Promise<void>;
  readonly permissionAdded: () => Promise<void>;
}

/** An attempt whose tab has come back to the return page, and with what. */
interface ReturnedTab {
  readonly found: TabAttempt;
  readonly url: string;
}

/** `afterwards` is called when an attempt is over and may have left something to destroy. */
export function createAttempts(context: Context, afterwards: () => void): Attempts {
  const { ports, store } = context;
  const windows = createAuthWindows(ports);
  const tabs = createAuthTabs(ports);
  // Only to be able to cancel it; everything that must survive is stored.
  let running: RunningAttempt | undefined;
  /** Whether a click waits for an attempt that was cancelled; a second one has nothing to add. */
  let queued = false;

  const fail = async (attemptId: string, problem: Pick<Problem, 'code' | 'reason'>) => {
    await store.dispatch(
      { type: 'signInFailed', attemptId, problem: { ...problem, at: ports.now() } },
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

  /** Takes up an attempt whose tab has come back. */
  const finish = async ({ found, url }: ReturnedTab) => {
    const attempt = await tabs.take(found.id);
    const { session } = await store.read();
    // One that was cancelled while its tab was opening, perhaps; nobody waits for it any more.
    if (!attempt || session.status !== 'signingIn' || session.attempt.id !== attempt.id) return;
    await run(attempt.id, async (mine) => {
      // The address of the tab holds the code: it need not be seen longer than it must.
      if (attempt.tabId !== undefined) await ports.authTab.close(attempt.tabId);
      return recordOutcome(context, mine, finishAttempt(context, attempt, url, mine.cancel.signal));
    });
  };

  /**
   * Whoever holds the lock of attempts and still finds one running knows that it died with its background, unless it waits
   * in a tab, or has come back there while nobody was awake to see it.
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
      // Where the tab is can no longer be seen: it would be waited for for ever.
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
    // Its address is seen at the return page alone.
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
    // Until the attempt is written down, a wish is all there is of the click.
    const started = async () => {
      await tabs.clearPendingSignIn();
      await options.started?.();
    };
    await run(ports.newId(), (mine) => runAttempt(context, { windows, tabs }, mine, { ...options, started }));
    // The tab may have come back before its id was known here.
    await resume();
  };

  const show = async () => (await windows.show()) || (await tabs.show());

  const signIn = async (options: SignInOptions = {}) => {
    const email = (await takeTypedAddress(ports)) ?? options.email;
    const work = attempt({ ...options, email });
    if (await ports.locks.ifFree(ATTEMPT_LOCK, work)) return;
    if (!running?.cancel.signal.aborted || queued) {
      await show();
      return;
    }
    // An attempt that was ended a moment ago is about to let go.
    queued = true;
    try {
      await ports.locks.exclusive(ATTEMPT_LOCK, work);
    } finally {
      queued = false;
    }
  };

  const resume = async () => {
    const found = await find();
    if (typeof found === 'object') await finish(found);
  };

  /** False when an attempt is running, here or in another context. */
  const wake = async () => {
    let found: 'none' | 'waits' | ReturnedTab = 'none';
    const free = await ports.locks.ifFree(ATTEMPT_LOCK, async () => {
      found = await find();
    });
    // Nobody waits here for the network.
    if (typeof found === 'object') ports.locks.exclusive(ATTEMPT_LOCK, resume).catch(ports.report);
    return free;
  };

  const resumePending = async (started?: SignInOptions['started']) => {
    const pending = await tabs.getPendingSignIn();
    if (!pending || !(await ports.authTab.allowed())) return;
    try {
      await signIn({ via: 'tab', email: pending.email, started });
    } finally {
      // There may have been an attempt already, whose window or tab is in front now.
      await tabs.clearPendingSignIn();
    }
  };

  /** Takes back what was wished, and the address with it. */
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
      // The permission may still be a question on the screen; its answer wakes us.
      await tabs.setPendingSignIn(email);
      await resumePending(options.started);
      // Without an answer it is forgotten in time, and the address with it.
      if (await tabs.getPendingSignIn()) await scheduleWatchdog(context);
    },

    permissionAdded: () => resumePending(),

    async cancel() {
      const reason = (await windows.isComing()) ? 'window_coming' : undefined;
      // Storage may refuse: first what the person wants, then its note.
      await stop(reason);
      const { session } = await store.read();
      if (session.status !== 'signingIn') return;
      await fail(session.attempt.id, { code: 'cancelled', ...(reason && { reason }) });
    },

    async wake() {
      await wake();
    },

    async recover() {
      // The locks of a context that has just died may be freed a moment later.
      if (!(await wake())) ports.locks.exclusive(ATTEMPT_LOCK, resume).catch(ports.report);
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
      if (found) await ports.locks.exclusive(ATTEMPT_LOCK, () => finish(found));
    },

    async tabRemoved(tabId) {
      const found = await tabs.pending();
      if (found?.tabId !== tabId || !(await tabs.take(found.id))) return;
      await fail(found.id, { code: 'cancelled' });
    },
  };
}
