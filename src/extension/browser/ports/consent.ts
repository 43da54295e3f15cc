// Reads the consent to technical and interaction data that Firefox manages.
import { browser } from '../api.ts';

/** Firefox 140: a data type that extensions declare in their manifest. */
const METRICS_DATA = 'technicalAndInteraction';

/** Undefined in browsers without such consent. Never rejects: an error counts as no consent. */
export async function readConsent(): Promise<boolean | undefined> {
  try {
    const granted = (await browser.permissions.getAll()) as { data_collection?: readonly string[] };
    return granted.data_collection?.includes(METRICS_DATA);
  } catch {
    return false;
  }
}
