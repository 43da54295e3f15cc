// Watches tabs only during a sign-in in a tab, because every tab event wakes the background.
import { browser } from '../api.ts';
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

/** Removes the listener. */
type Stop = () => void;

/**
 * Listens for tabs that reach the return page, once the user granted access to it. Every tab of the browser wakes the
 * background, so stop it when no sign-in runs in a tab; except in Firefox (`filtered`), which checks the pattern first
 * and restores only listeners registered at start.
 */
function onTabUpdated(
  pattern: string,
  work: (tabId: number, url: string) => void,
): { filtered: boolean; stop: Stop } {
  const listener = (tabId: number, { url }: { url?: string }): void => {
    if (url !== undefined) work(tabId, url);
  };
  const { onUpdated } = browser.tabs;
  const stop = () => onUpdated.removeListener(listener);
  try {
    onUpdated.addListener(listener, { urls: [pattern], properties: ['url'] });
    return { filtered: true, stop };
  } catch {
    onUpdated.addListener(listener);
    return { filtered: false, stop };
  }
}

/** Listens for closed tabs. Stop it like `onTabUpdated`. */
function onTabRemoved(work: (tabId: number) => void): Stop {
  const listener = (tabId: number): void => work(tabId);
  browser.tabs.onRemoved.addListener(listener);
  return () => browser.tabs.onRemoved.removeListener(listener);
}
