// Starting anew.
import { browser } from '../api.ts';

/** Ends the background and every page of the extension; the background then starts as at any other time. */
export function restart(): void {
  browser.runtime.reload();
}
