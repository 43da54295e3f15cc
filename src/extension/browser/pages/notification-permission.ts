// The permission for notifications, granted and revoked on the options page.
import { browser } from '../api.ts';

const NOTIFICATIONS = { permissions: ['notifications' as const] };

export function notificationsAllowed(): Promise<boolean> {
  return browser.permissions.contains(NOTIFICATIONS);
}

/** Call it within a click, before any await. Resolves with the user's answer. */
export function askForNotifications(): Promise<boolean> {
  return browser.permissions.request(NOTIFICATIONS);
}

export async function refuseNotifications(): Promise<void> {
  await browser.permissions.remove(NOTIFICATIONS);
}
