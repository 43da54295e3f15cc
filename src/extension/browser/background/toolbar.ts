// Shows the state on the toolbar button: icon, title and badge.
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { Problem } from '../../../session/state/states.ts';
import { ALARMS } from '../../../session/state/storage-items.ts';
import type { View } from '../../../session/state/view.ts';
import { browser } from '../api.ts';
import { isExpected } from './end-reasons.ts';
import { words } from '../i18n.ts';
import { watchView } from '../pages/storage.ts';

/** Each has pictures in public/icons and a title in public/_locales. */
export const ICONS = ['out', 'in', 'attention', 'offline'] as const;
export type Icon = (typeof ICONS)[number];

/** Milliseconds. Temporary problems are assumed to be over after this. */
const TEMPORARY_MS = 3_600_000;
/** Milliseconds. The button shows a problem for this long, whether or not it was seen. */
const SHOWN_MS = 7 * 86_400_000;
/** Problems that last until the user acts. */
const LASTING: readonly FxaErrorCode[] = ['storage_newer', 'storage_corrupt'];

/** Temporary problems, as in pages/shared/error-info.ts. */
const PASSING: readonly FxaErrorCode[] = ['busy', 'offline', 'server_unavailable', 'rate_limited'];

/**
 * The icon for a view. `attention`: the user must act, or a sign-in failed. `offline`: signed in, but Mozilla accounts
 * was unreachable at the last request. `now` in milliseconds. Pure.
 */
export function iconOf({ status, problem, ended, unfinished, since }: View, now: number): Icon {
  const isOld = ({ at }: Problem) => Math.abs(now - at) >= TEMPORARY_MS;
  const calls = ({ code, at }: Problem) => LASTING.includes(code) || Math.abs(now - at) < SHOWN_MS;
  if (status === 'needsReauth' || (unfinished && problem && calls(problem))) return 'attention';
  if (status === 'signedOut') {
    const lost = ended !== undefined && !isExpected(ended.reason) && calls(ended);
    const failed =
      problem && problem.code !== 'cancelled' && !(PASSING.includes(problem.code) && isOld(problem));
    return lost || (failed && calls(problem)) ? 'attention' : 'out';
  }
  if (since === undefined) return 'out';
  const away = problem?.code === 'offline' || problem?.code === 'server_unavailable';
  return away && !isOld(problem) ? 'offline' : 'in';
}

/** When the icon will change without an event, because a problem is outdated; undefined if never. Pure. */
export function changesAt({ problem, ended }: View, now: number): number | undefined {
  const instants = [problem, ended].flatMap((told) =>
    told ? [told.at + TEMPORARY_MS, told.at + SHOWN_MS] : [],
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
  let shown: Icon | undefined;
  let latest: View | undefined;
  const update = () => {
    if (!latest) return;
    const icon = iconOf(latest, Date.now());
    const when = changesAt(latest, Date.now());
    if (when !== undefined) Promise.resolve(browser.alarms.create(ALARMS.toolbar, { when })).catch(report);
    if (icon === shown) return;
    shown = icon;
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
