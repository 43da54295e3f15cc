// Finds out what became of an attempt whose background may have died.
import type { AuthTabs } from './auth-tab.ts';
import type { Context } from '../context.ts';
import type { Problem } from '../state/states.ts';

/** The id of an attempt whose tab has reached the return page, and its URL there. */
export interface ReturnedTab {
  readonly id: string;
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
  const { id } = session.attempt;
  const fail = async (problem: Omit<Problem, 'at'>) => {
    await tabs.take(id);
    await failAttempt(context, id, problem);
    return 'none' as const;
  };
  const attempt = await tabs.pending();
  if (attempt?.id !== id || attempt.tabId === undefined) return fail({ code: 'interrupted' });
  // The tab's URL can't be read any more, so it would never be seen to return.
  if (!(await ports.authTab.allowed())) return fail({ code: 'interrupted', reason: 'tab_not_allowed' });
  const tab = await ports.authTab.look(attempt.tabId);
  if (!tab) return fail({ code: 'cancelled' });
  // Its URL can only be read at the return page.
  const { url = '' } = tab;
  return (await tabs.at(attempt.tabId, url)) ? { id, url } : 'waits';
}

/** Records that the attempt failed, in memory where storage cannot be written. */
export async function failAttempt(
  { ports, store }: Context,
  attemptId: string,
  problem: Omit<Problem, 'at'>,
): Promise<void> {
  await store.dispatch(
    { type: 'signInFailed', attemptId, attemptError: { ...problem, at: ports.now() } },
    { orInMemory: true },
  );
}
