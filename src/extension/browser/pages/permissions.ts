// Permission requests. Call `askFor…` within a click and before any await, or browsers refuse to ask. The prompt may close
// the popup.
import { browser } from '../api.ts';

/** Requests access to the return page. Resolves with the user's answer; the background gets an event if granted. */
export function askForReturnPage(origins: readonly string[]): Promise<boolean> {
  return browser.permissions.request({ origins: [...origins] });
}

/** Requests Firefox's consent to metrics. True in browsers without it, where our own switch suffices. Never rejects. */
export async function askForMetricsConsent(): Promise<boolean> {
  // Only Firefox has this function, and only Firefox asks.
  if (!('getBrowserInfo' in browser.runtime)) return true;
  try {
    return await browser.permissions.request({ data_collection: ['technicalAndInteraction'] });
  } catch {
    return false;
  }
}

const NOTIFICATIONS = { permissions: ['notifications' as const] };

/** Whether notifications are allowed. */
export function notificationsAllowed(): Promise<boolean> {
  return browser.permissions.contains(NOTIFICATIONS);
}

/** Resolves with the user's answer. */
export function askForNotifications(): Promise<boolean> {
  return browser.permissions.request(NOTIFICATIONS);
}

/** Gives the permission for notifications back. */
export async function refuseNotifications(): Promise<void> {
  await browser.permissions.remove(NOTIFICATIONS);
}
