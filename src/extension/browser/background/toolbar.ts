// Shows the state on the toolbar button: icon, title and badge.
import { ALARMS } from '../../../session/state/storage-items.ts';
import type { Problem, View } from '../../../session/state/view.ts';
import { browser } from '../api.ts';
import { errorInfo, isExpected, isNews, isRecent, LONGEST_SHOWN_MS, NEWS_MS } from '../../problems.ts';
import { words } from '../i18n.ts';
import { watchView } from '../pages/storage.ts';

/** Each has pictures in public/icons and a title in public/_locales. */
export const ICONS = ['out', 'in', 'attention', 'offline'] as const;
export type Icon = (typeof ICONS)[number];

/**
 * The icon for a view. `attention`: the user must act, or a sign-in failed. `offline`: signed in, but Mozilla accounts
 * was unreachable at the last request. `now` in milliseconds. Pure.
 */
export function iconOf({ status, problem, endReason, unfinished, since }: View, now: number): Icon {
  const needsAttention = (error: Problem) => errorInfo(error.code).action === 'reset' || isRecent(error, now);
  if (status === 'needsReauth' || (unfinished && problem && needsAttention(problem))) return 'attention';
  if (status === 'signedOut') {
    const lost = endReason !== undefined && !isExpected(endReason.reason) && needsAttention(endReason);
    if (lost) return 'attention';
    if (!problem || problem.code === 'cancelled' || !needsAttention(problem)) return 'out';
    return errorInfo(problem.code).severity !== 'waiting' || isNews(problem.at, now) ? 'attention' : 'out';
  }
  if (since === undefined) return 'out';
  const away = problem?.code === 'offline' || problem?.code === 'server_unavailable';
  return away && isNews(problem.at, now) ? 'offline' : 'in';
}

/** When the icon will change without an event, because a problem is outdated; undefined if never. Pure. */
export function changesAt({ problem, endReason }: View, now: number): number | undefined {
  const instants = [problem, endReason].flatMap((error) =>
    error ? [error.at + NEWS_MS, error.at + LONGEST_SHOWN_MS] : [],
  );
  const ahead = instants.filter((instant) => instant > now);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

async function show(icon: Icon): Promise<void> {
  const { action } = browser;
  const path = (size: number) => `/icons/${icon}-${size}.png`;
  await action.setIcon({ path: { 16: path(16), 32: path(32) } });
  await action.setTitle({ title: words(`title_${icon}`) ?? null });
  await action.setBadgeText({ text: icon === 'attention' ? '!' : '' });
}

/** Keeps the button in sync with the view. Call it synchronously when the background starts. */
export function syncToolbar(report: (error: unknown) => void): void {
  let currentIcon: Icon | undefined;
  let latest: View | undefined;
  const update = () => {
    if (!latest) return;
    const icon = iconOf(latest, Date.now());
    const when = changesAt(latest, Date.now());
    if (when !== undefined) Promise.resolve(browser.alarms.create(ALARMS.toolbar, { when })).catch(report);
    if (icon === currentIcon) return;
    currentIcon = icon;
    show(icon).catch(report);
  };
  // The alarm may wake the background, which updates once it has the view.
  browser.alarms.onAlarm.addListener(({ name }) => {
    if (name === ALARMS.toolbar) update();
  });
  watchView((view) => {
    latest = view;
    update();
  }).catch(report);
}
