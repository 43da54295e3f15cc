// The toolbar icon tells that something needs the person, also while the popup is closed.
import type { View } from '../../session/view.ts';
import { browser } from './browser.ts';
import { words } from './i18n.ts';
import { watchView } from './watch-view.ts';

/**
 * Whether the person should look: nothing goes on without them, or a sign-in of theirs came to nothing. A profile that
 * could not be fetched just now is no reason to call anybody. Pure.
 */
export function needsAttention({ status, problem, ended, unfinished }: View): boolean {
  if (status === 'needsReauth' || unfinished) return true;
  if (status !== 'signedOut') return false;
  if (ended && ended.reason !== 'by_user') return true;
  return problem !== undefined && problem.code !== 'cancelled';
}

async function showBadge(view: View): Promise<void> {
  const attention = needsAttention(view);
  const title = words(attention ? 'titleAttention' : 'extensionName');
  await browser.action.setBadgeText({ text: attention ? '!' : '' });
  await browser.action.setTitle({ title: title ?? null });
}

/** Keeps the badge in step with the view. To be called synchronously when the background starts. */
export function followView(report: (error: unknown) => void): void {
  const show = (view: View) => void showBadge(view).catch(report);
  watchView(show).catch(report);
}
