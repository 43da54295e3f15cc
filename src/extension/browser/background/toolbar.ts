// The toolbar button tells how things are, also while the popup is closed: by its picture, its title and its badge.
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { Problem } from '../../../session/state/states.ts';
import type { View } from '../../../session/state/view.ts';
import { browser } from '../api.ts';
import { isExpected } from './end-reasons.ts';
import { words } from '../i18n.ts';
import { watchView } from '../pages/watch-view.ts';

/** There is a picture of each in public/icons, and a title in public/_locales. */
export const ICONS = ['out', 'in', 'attention', 'offline'] as const;
export type Icon = (typeof ICONS)[number];

/** Milliseconds. What has troubled nobody for longer than this may long be over. */
const TROUBLED_MS = 3_600_000;
/** For so long the button calls for what went wrong, and no longer, whether it was seen or not. */
const CALLS_MS = 7 * 86_400_000;
const ALARM = 'fxa:toolbar';
/** They stay as they are until the person does something. */
const LASTING: readonly FxaErrorCode[] = ['storage_newer', 'storage_corrupt'];

/** Trouble that passes by itself, as the popup has it (pages/shared/error-info.ts). */
const PASSING: readonly FxaErrorCode[] = ['busy', 'offline', 'server_unavailable', 'rate_limited'];

/**
 * `attention`: nothing goes on without the person, or a sign-in of theirs came to nothing. `offline`: somebody is signed in,
 * and Mozilla accounts could not be reached when it was last asked; no reason to call anybody. `now` in milliseconds. Pure.
 */
export function iconOf({ status, problem, ended, unfinished, since }: View, now: number): Icon {
  const isOld = ({ at }: Problem) => Math.abs(now - at) >= TROUBLED_MS;
  const calls = ({ code, at }: Problem) => LASTING.includes(code) || Math.abs(now - at) < CALLS_MS;
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

/** When the button changes though nothing happens: what it tells of has aged. Undefined where nothing will. Pure. */
export function changesAt({ problem, ended }: View, now: number): number | undefined {
  const instants = [problem, ended].flatMap((told) =>
    told ? [told.at + TROUBLED_MS, told.at + CALLS_MS] : [],
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

/** Keeps the button in step with the view. To be called synchronously when the background starts. */
export function syncToolbar(report: (error: unknown) => void): void {
  let shown: Icon | undefined;
  let latest: View | undefined;
  const look = () => {
    if (!latest) return;
    const icon = iconOf(latest, Date.now());
    const when = changesAt(latest, Date.now());
    if (when !== undefined) Promise.resolve(browser.alarms.create(ALARM, { when })).catch(report);
    if (icon === shown) return;
    shown = icon;
    show(icon).catch(report);
  };
  // It wakes a background, which looks when it has found the view.
  browser.alarms.onAlarm.addListener(({ name }) => {
    if (name === ALARM) look();
  });
  watchView((view) => {
    latest = view;
    look();
  }).catch(report);
}
