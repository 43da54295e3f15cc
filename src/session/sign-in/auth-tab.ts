// The tab of an attempt. Unlike the browser's own window it outlives the background that opened it, and so does what is
// needed to finish: it waits in `storage.session`, and is taken out by the one who finishes, once.
import type { AttemptSecrets } from './attempt.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { Ports } from '../ports.ts';

const KEY = 'tabAttempt';
const LOCK = 'fxa:tab';
const PENDING_KEY = 'tabWanted';

/** How long a wish to sign in in a tab waits for the permission it needs. */
const PENDING_LIFETIME_MS = 120_000;

export interface TabAttempt extends AttemptSecrets {
  /** Absent until the tab is there. */
  readonly tabId?: number;
}

/** A sign-in in a tab that waits for its permission. */
export interface PendingTabSignIn {
  /** Milliseconds. */
  readonly since: number;
  /** What the person has typed. */
  readonly email?: string | undefined;
}

export interface AuthTabs {
  /**
   * Opens the tab. The attempt goes on when `at` finds the tab on its return page.
   *
   * @throws FxaError `cancelled`; there is no tab then.
   */
  open(url: string, secrets: AttemptSecrets, signal: AbortSignal): Promise<void>;
  /** The attempt whose tab this is, when it has come back to the return page with this URL. */
  at(tabId: number, url: string | undefined): Promise<TabAttempt | undefined>;
  pending(): Promise<TabAttempt | undefined>;
  /** Takes the attempt out, if it is still there: only one gets it. */
  take(attemptId: string): Promise<TabAttempt | undefined>;
  /** True when the tab of the attempt is in front now. */
  show(): Promise<boolean>;
  /** Forgets the attempt and closes its tab. */
  dismiss(): Promise<void>;
  /** Remembers that the person wants a tab, until the permission is there. */
  setPendingSignIn(email: string | undefined): Promise<void>;
  /** What is still wanted. A wish that has waited too long is forgotten. */
  getPendingSignIn(): Promise<PendingTabSignIn | undefined>;
  /** Takes the wish back. */
  clearPendingSignIn(): Promise<void>;
}

export function createAuthTabs({ memory, authTab, locks, now }: Ports): AuthTabs {
  const pending = async () => ((await memory.get(KEY)) ?? undefined) as TabAttempt | undefined;

  const take = (attemptId: string) =>
    locks.exclusive(LOCK, async () => {
      const attempt = await pending();
      if (attempt?.id !== attemptId) return undefined;
      await memory.set({ [KEY]: null });
      return attempt;
    });

  const clearPendingSignIn = async () => {
    if (await memory.get(PENDING_KEY)) await memory.set({ [PENDING_KEY]: null });
  };

  return {
    pending,
    take,
    clearPendingSignIn,

    async open(url, secrets, signal) {
      throwIfCancelled(signal);
      // Written first: the tab may come back before its id is known here.
      await memory.set({ [KEY]: secrets satisfies TabAttempt });
      if (signal.aborted) {
        await take(secrets.id);
        throwIfCancelled(signal);
      }
      const tabId = await authTab.open(url);
      const known = await locks.exclusive(LOCK, async () => {
        if ((await pending())?.id !== secrets.id) return false;
        await memory.set({ [KEY]: { ...secrets, tabId } satisfies TabAttempt });
        return true;
      });
      // Cancelled while the tab was opening.
      if (!known) await authTab.close(tabId);
    },

    async at(tabId, url) {
      const attempt = await pending();
      if (attempt?.tabId !== tabId || url === undefined) return undefined;
      return isReturn(url, attempt.redirectUri) ? attempt : undefined;
    },

    async show() {
      const attempt = await pending();
      return attempt?.tabId !== undefined && (await authTab.focus(attempt.tabId));
    },

    async dismiss() {
      const attempt = await pending();
      if (!attempt || !(await take(attempt.id)) || attempt.tabId === undefined) return;
      await authTab.close(attempt.tabId);
    },

    setPendingSignIn: (email) =>
      memory.set({ [PENDING_KEY]: { since: now(), email } satisfies PendingTabSignIn }),

    async getPendingSignIn() {
      const wish = ((await memory.get(PENDING_KEY)) ?? undefined) as PendingTabSignIn | undefined;
      if (wish && Math.abs(now() - wish.since) < PENDING_LIFETIME_MS) return wish;
      await clearPendingSignIn();
      return undefined;
    },
  };
}

/** Whether the URL is the return page, whatever it came back with. Pure. */
export function isReturn(url: string, redirectUri: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, pathname } = new URL(url);
  return origin + pathname === redirectUri;
}
