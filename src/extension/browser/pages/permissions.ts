// Asking the person for a permission; for pages, since only a click may ask. Each is to be called within the click itself,
// before anything is awaited, or browsers refuse to ask. The question may close the popup that asked.
import { browser } from '../api.ts';

/** To see the return page. Resolves with what the person answered; the background hears of a yes by itself. */
export function askForReturnPage(origins: readonly string[]): Promise<boolean> {
  return browser.permissions.request({ origins: [...origins] });
}

/** Firefox's own consent to metrics. True where the browser knows none: the switch here then stands for it. Never rejects. */
export async function askForMetricsConsent(): Promise<boolean> {
  // Firefox alone has this function, and is alone in asking.
  if (!('getBrowserInfo' in browser.runtime)) return true;
  try {
    return await browser.permissions.request({ data_collection: ['technicalAndInteraction'] });
  } catch {
    return false;
  }
}
