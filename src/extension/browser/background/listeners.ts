// Event listeners. Call each synchronously when the background starts.
import { browser } from '../api.ts';

export function onAlarm(name: string, work: () => void): void {
  browser.alarms.onAlarm.addListener((alarm) => {
    if (alarm.name === name) work();
  });
}

/** Runs when the browser starts or the extension is installed or updated. Firefox drops alarms on restart. */
export function onStart(work: () => void): void {
  browser.runtime.onStartup.addListener(work);
  browser.runtime.onInstalled.addListener(work);
}

/** Missing on Android. */
const windows = browser.windows as typeof browser.windows | undefined;

export function onWindowRemoved(work: (windowId: number) => void): void {
  windows?.onRemoved.addListener(work);
}

/** Removes the listener. */
export type Stop = () => void;

/**
 * Listens for tabs that reach the return page, once the user granted access to it. Every tab of the browser wakes the
 * background, so stop it when no sign-in runs in a tab; except in Firefox (`filtered`), which checks the pattern first
 * and restores only listeners registered at start.
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

/** Listens for closed tabs. Stop it like `onTabUpdated`. */
export function onTabRemoved(work: (tabId: number) => void): Stop {
  const listener = (tabId: number): void => work(tabId);
  browser.tabs.onRemoved.addListener(listener);
  return () => browser.tabs.onRemoved.removeListener(listener);
}

/** Runs when a permission or consent is granted or revoked, in a prompt or in the browser's settings. */
export function onPermissionsChanged(work: () => void): void {
  browser.permissions.onAdded.addListener(work);
  browser.permissions.onRemoved.addListener(work);
}

/** Runs when the administrator's policy changes. Not all browsers have this event. */
export function onPolicyChanged(work: () => void): void {
  const { managed } = browser.storage as Partial<typeof browser.storage>;
  (managed as Partial<typeof browser.storage.managed> | undefined)?.onChanged?.addListener(work);
}
