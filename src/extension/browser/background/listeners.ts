// Wake-ups. Each of these must be called synchronously when the background starts.
import { browser } from '../api.ts';

export function onAlarm(name: string, work: () => void): void {
  browser.alarms.onAlarm.addListener((alarm) => {
    if (alarm.name === name) work();
  });
}

/** The browser started, or the extension was installed or updated. Firefox forgets alarms over a restart. */
export function onStart(work: () => void): void {
  browser.runtime.onStartup.addListener(work);
  browser.runtime.onInstalled.addListener(work);
}

/** `windows` is missing on Android; there is then no window to follow either. */
const windows = browser.windows as typeof browser.windows | undefined;

export function onWindowRemoved(work: (windowId: number) => void): void {
  windows?.onRemoved.addListener(work);
}

/** Ends the listening. */
export type Stop = () => void;

/**
 * Tabs that go somewhere the extension may see: the return page, once the person allowed that. Every tab of the browser
 * wakes the background for this, so it is to be stopped when no sign-in runs in a tab; except in Firefox, which looks at the
 * pattern first, and which remembers over a background's death only what was registered when it started: `filtered`.
 */
export function onTabUpdated(
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

/** Any tab that was closed. To be stopped like `onTabUpdated`. */
export function onTabRemoved(work: (tabId: number) => void): Stop {
  const listener = (tabId: number): void => work(tabId);
  browser.tabs.onRemoved.addListener(listener);
  return () => browser.tabs.onRemoved.removeListener(listener);
}

/** The person gave or took back a permission or a consent, in answer to a question or in the browser's own settings. */
export function onPermissionsChanged(work: () => void): void {
  browser.permissions.onAdded.addListener(work);
  browser.permissions.onRemoved.addListener(work);
}

/** Whoever administers the browser has changed what they demand. Not every browser tells. */
export function onPolicyChanged(work: () => void): void {
  const { managed } = browser.storage as Partial<typeof browser.storage>;
  (managed as Partial<typeof browser.storage.managed> | undefined)?.onChanged?.addListener(work);
}
