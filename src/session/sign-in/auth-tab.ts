// The tab of an attempt. Unlike the browser's own window it outlives the background that opened it. So the attempt's
// secrets wait in `storage.session`, and are taken out once, to finish it.
import type { AttemptSecrets } from './attempt.ts';
import type { Ports } from '../ports.ts';
import { LOCKS, MEMORY } from '../state/storage-items.ts';

/** How long a sign-in in a tab waits for the permission it needs. */
const PENDING_LIFETIME_MS = 120_000;

export interface TabAttempt extends AttemptSecrets {
  /** Absent until the tab has opened. */
  readonly tabId?: number;
}

/** A sign-in in a tab that waits for permission. */
interface PendingTabSignIn {
  /** Milliseconds. */
  readonly since: number;
  /** The email address typed in the popup. */
  readonly email?: string | undefined;
}

export type AuthTabs = ReturnType<typeof createAuthTabs>;

/** Creates what opens, finds and closes the tab of an attempt. */
export function createAuthTabs({ memory, authTab, locks, now }: Ports) {
  const pending = async () => ((await memory.get(MEMORY.tabAttempt)) ?? undefined) as TabAttempt | undefined;

  /** Removes and returns the attempt, if it is still there; only one caller gets it. */
  const take = (attemptId: string) =>
    locks.exclusive(LOCKS.tab, async () => {
      const attempt = await pending();
      if (attempt?.id !== attemptId) return undefined;
      await memory.set({ [MEMORY.tabAttempt]: null });
      return attempt;
    });

  /** Removes the sign-in that waits for permission. */
  const clearPendingSignIn = async () => {
    if (await memory.get(MEMORY.pendingTabSignIn)) await memory.set({ [MEMORY.pendingTabSignIn]: null });
  };

  return {
    pending,
    take,
    clearPendingSignIn,

    /**
     * Opens the tab. The attempt continues when `at` finds the tab on its return page.
     *
     * @throws the signal's reason; no tab is open then.
     */
    async open(url: string, secrets: AttemptSecrets, signal: AbortSignal): Promise<void> {
      signal.throwIfAborted();
      // Stored first: the tab may reach its return page before its id is known here.
      await memory.set({ [MEMORY.tabAttempt]: secrets satisfies TabAttempt });
      if (signal.aborted) await take(secrets.id);
      signal.throwIfAborted();
      const tabId = await authTab.open(url);
      const isKnown = await locks.exclusive(LOCKS.tab, async () => {
        if ((await pending())?.id !== secrets.id) return false;
        await memory.set({ [MEMORY.tabAttempt]: { ...secrets, tabId } satisfies TabAttempt });
        return true;
      });
      // Cancelled while the tab was opening.
      if (!isKnown) await authTab.close(tabId);
    },

    /** The attempt this tab belongs to, if the URL is its return page. */
    async at(tabId: number, url: string | undefined): Promise<TabAttempt | undefined> {
      const attempt = await pending();
      if (attempt?.tabId !== tabId || url === undefined) return undefined;
      return isReturn(url, attempt.redirectUri) ? attempt : undefined;
    },

    /** Brings the attempt's tab to the front; true if it did. */
    async show(): Promise<boolean> {
      const attempt = await pending();
      return attempt?.tabId !== undefined && (await authTab.focus(attempt.tabId));
    },

    /** Removes the attempt and closes its tab. */
    async dismiss(): Promise<void> {
      const attempt = await pending();
      if (!attempt || !(await take(attempt.id)) || attempt.tabId === undefined) return;
      await authTab.close(attempt.tabId);
    },

    /** Stores a sign-in in a tab until its permission is granted. */
    setPendingSignIn: (email: string | undefined) =>
      memory.set({ [MEMORY.pendingTabSignIn]: { since: now(), email } satisfies PendingTabSignIn }),

    /** The sign-in that waits for permission; one that has waited too long is removed. */
    async getPendingSignIn(): Promise<PendingTabSignIn | undefined> {
      const found = ((await memory.get(MEMORY.pendingTabSignIn)) ?? undefined) as
        | PendingTabSignIn
        | undefined;
      if (found && Math.abs(now() - found.since) < PENDING_LIFETIME_MS) return found;
      await clearPendingSignIn();
      return undefined;
    },
  };
}

/** Whether the URL is the return page, with any query. Pure. */
export function isReturn(url: string, redirectUri: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, pathname } = new URL(url);
  return origin + pathname === redirectUri;
}
