// Asking the person for the permission to see the return page; for pages, since only a click may ask.
import { browser } from './browser.ts';

/**
 * Resolves with what the person answered. To be called within the click itself, before anything is awaited, or browsers
 * refuse to ask. The question may close the popup that asked: the background hears of a yes by `onPermissionAdded`.
 */
export function askForReturnPage(origins: readonly string[]): Promise<boolean> {
  return browser.permissions.request({ origins: [...origins] });
}
