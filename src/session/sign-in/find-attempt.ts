// Finds out what became of an attempt whose background may have died.
import type { AuthTabs, TabAttempt } from './auth-tab.ts';
import type { Context } from '../context.ts';
import type { Problem } from '../state/states.ts';

/** An attempt whose tab has reached the return page, and its URL there. */
export interface ReturnedTab {
  readonly found: TabAttempt;
  readonly url: string;
}

/** `none` runs, it `waits` in a tab, or its tab has returned. */
export type FoundAttempt = 'none' | 'waits' | ReturnedTab;

/**
 * Finds out what became of a running attempt. Call under the attempt lock: an attempt that is still running then died
 * with its background, unless it waits in a tab or returned there while no background was awake.
 */
export async function findAttempt(context: Context, tabs: AuthTabs): Promise<FoundAttempt> {
  const { ports, store } = context;
  const { session } = await store.read();
  if (session.status !== 'signingIn') return 'none';
  const attempt = await tabs.pending();
  if (attempt?.id !== session.attempt.id || attempt.tabId === undefined) {
    await tabs.take(session.attempt.id);
    await failAttempt(context, session.attempt.id, { code: 'interrupted' });
    return 'none';
  }
  if (!(await ports.authTab.allowed())) {
    // The tab's URL can't be read any more, so it would never be seen to return.
    await tabs.take(attempt.id);
    await failAttempt(context, attempt.id, { code: 'interrupted', reason: 'tab_not_allowed' });
    return 'none';
  }
  const place = await ports.authTab.look(attempt.tabId);
  if (!place) {
    await tabs.take(attempt.id);
    await failAttempt(context, attempt.id, { code: 'cancelled' });
    return 'none';
  }
  // Its URL can only be read at the return page.
  return (await findReturned(tabs, attempt.tabId, place.url ?? '')) ?? 'waits';
}

/** The attempt whose tab is at its return page; undefined for every other tab and URL. */
export async function findReturned(
  tabs: AuthTabs,
  tabId: number,
  url: string,
): Promise<ReturnedTab | undefined> {
  const found = await tabs.at(tabId, url);
  return found && { found, url };
}

/** Records that the attempt failed, in memory where storage cannot be written. */
export async function failAttempt(
  { ports, store }: Context,
  attemptId: string,
  problem: Pick<Problem, 'code' | 'reason'>,
): Promise<void> {
  await store.dispatch(
    { type: 'signInFailed', attemptId, attemptError: { ...problem, at: ports.now() } },
    { orInMemory: true },
  );
}
