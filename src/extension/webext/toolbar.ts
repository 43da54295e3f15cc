// The toolbar button tells how things are, also while the popup is closed: by its picture, its title and its badge.
import type { FxaErrorCode } from '../../fxa/errors.ts';
import type { Problem } from '../../session/state.ts';
import type { View } from '../../session/view.ts';
import { browser } from './browser.ts';
import { isExpected } from './expected-ends.ts';
import { words } from './i18n.ts';
import { watchView } from './watch-view.ts';

/** There is a picture of each in public/icons, and a title in public/_locales. */
export const ICONS = ['out', 'in', 'attention', 'offline'] as const;
export type Icon = (typeof ICONS)[number];

/** Milliseconds. What has troubled nobody for longer than this may long be over. */
const TROUBLED_MS = 3_600_000;

/** Trouble that passes by itself, as the popup has it (ui/way-out.ts). */
const PASSING: readonly FxaErrorCode[] = ['busy', 'offline', 'server_unavailable', 'rate_limited'];

/**
 * `attention`: nothing goes on without the person, or a sign-in of theirs came to nothing. `offline`: somebody is signed in,
 * and Mozilla accounts could not be reached when it was last asked; no reason to call anybody. `now` in milliseconds. Pure.
 */
export function iconOf({ status, problem, ended, unfinished, since }: View, now: number): Icon {
  const isOld = ({ at }: Problem) => now - at >= TROUBLED_MS;
  if (status === 'needsReauth' || unfinished) return 'attention';
  if (status === 'signedOut') {
    const lost = ended !== undefined && !isExpected(ended.reason);
    const failed =
      problem && problem.code !== 'cancelled' && !(PASSING.includes(problem.code) && isOld(problem));
    return lost || failed ? 'attention' : 'out';
  }
  if (since === undefined) return 'out';
  const away = problem?.code === 'offline' || problem?.code === 'server_unavailable';
  return away && !isOld(problem) ? 'offline' : 'in';
}

async function show(icon: Icon): Promise<void> {
  const { action } = browser;
  const path = (size: number) => `/icons/${icon}-${size}.png`;
  await action.setIcon({ path: { 16: path(16), 32: path(32) } });
  await action.setTitle({ title: words(`title_${icon}`) ?? null });
  await action.setBadgeText({ text: icon === 'attention' ? '!' : '' });
}

/** Keeps the button in step with the view. To be called synchronously when the background starts. */
export function followView(report: (error: unknown) => void): void {
  let shown: Icon | undefined;
  watchView((view) => {
    const icon = iconOf(view, Date.now());
    if (icon === shown) return;
    shown = icon;
    show(icon).catch(report);
  }).catch(report);
}
