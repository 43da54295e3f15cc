// The permission to show notifications, which the person gives and takes back on the options page.
import { browser } from '../api.ts';

const NOTIFICATIONS = { permissions: ['notifications' as const] };

export function notificationsAllowed(): Promise<boolean> {
  return browser.permissions.contains(NOTIFICATIONS);
}

/** To be called within a click, before anything is awaited. Resolves with what the person answered. */
export function askForNotifications(): Promise<boolean> {
  return browser.permissions.request(NOTIFICATIONS);
}

export async function refuseNotifications(): Promise<void> {
  await browser.permissions.remove(NOTIFICATIONS);
}
