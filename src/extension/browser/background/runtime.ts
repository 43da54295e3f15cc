// Restarts the extension.
import { browser } from '../api.ts';

/** Closes the background and all pages of the extension, then starts the background. */
export function restart(): void {
  browser.runtime.reload();
}
