// Watches tabs only during a sign-in in a tab, because every tab event wakes the background.
import { onTabRemoved, onTabUpdated, type Stop } from './listeners.ts';
import { watchView } from '../pages/storage.ts';

interface TabEvents {
  readonly updated: (tabId: number, url: string) => void;
  readonly removed: (tabId: number) => void;
}

/**
 * Call it synchronously when the background starts, because a tab may have woken it. A tab closed while the background
 * slept is noticed at the next wake.
 */
export function followTabs(
  pattern: string,
  { updated, removed }: TabEvents,
  report: (error: unknown) => void,
): void {
  let closed: Stop | undefined;
  let moved: ReturnType<typeof onTabUpdated> | undefined = onTabUpdated(pattern, updated);
  watchView(({ via }) => {
    if (via === 'tab') {
      closed ??= onTabRemoved(removed);
      moved ??= onTabUpdated(pattern, updated);
      return;
    }
    closed?.();
    closed = undefined;
    if (moved?.filtered) return;
    moved?.stop();
    moved = undefined;
  }).catch(report);
}
