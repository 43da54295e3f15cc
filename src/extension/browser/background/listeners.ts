// Event listeners. Call each synchronously when the background starts.
import { browser } from '../api.ts';

/** Alarms are late by seconds, or by as long as the device was asleep. Milliseconds. */
const LATE_MS = 120_000;

/** `isLate`: the device was asleep when the alarm was due, or the browser was closed. */
export function onAlarm(name: string, work: (isLate: boolean) => void): void {
  browser.alarms.onAlarm.addListener((alarm) => {
    if (alarm.name === name) work(Date.now() - alarm.scheduledTime > LATE_MS);
  });
}

/** Runs when the browser starts or the extension is installed or updated. Firefox drops alarms on restart. */
export function onStart(work: () => void): void {
  browser.runtime.onStartup.addListener(work);
  browser.runtime.onInstalled.addListener(work);
}

/** Missing on Android. */
const windows = browser.windows as typeof browser.windows | undefined;

/** Runs when a window has closed; never in browsers without windows. */
export function onWindowRemoved(work: (windowId: number) => void): void {
  windows?.onRemoved.addListener(work);
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
