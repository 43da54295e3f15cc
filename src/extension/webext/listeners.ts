// Wake-ups. Each of these must be called synchronously when the background starts.
import { browser } from './browser.ts';

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

/** Popup windows only: the one for web sign-in is of that kind in both browsers. */
export function onWindowCreated(work: (windowId: number) => void): void {
  windows?.onCreated.addListener(({ id, type }) => {
    if (id !== undefined && type === 'popup') work(id);
  });
}

export function onWindowRemoved(work: (windowId: number) => void): void {
  windows?.onRemoved.addListener(work);
}
