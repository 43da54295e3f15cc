// Follows tabs while a sign-in runs in one, and only then: every tab of the browser would wake the background otherwise.
import { onTabRemoved, onTabUpdated, type Stop } from './listeners.ts';
import { watchView } from '../pages/watch-view.ts';

interface TabEvents {
  readonly updated: (tabId: number, url: string) => void;
  readonly removed: (tabId: number) => void;
}

/**
 * To be called synchronously when the background starts: it may have been a tab that woke it. That a tab was closed while
 * nobody was awake is found at the next wake.
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
