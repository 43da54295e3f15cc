// Whether the browser has the person's consent to technical and interaction data: Firefox asks for it, and can be asked.
import { browser } from '../api.ts';

/** Firefox (140): one of the kinds of data an extension declares in its manifest. */
const METRICS_DATA = 'technicalAndInteraction';

/** Undefined where the browser knows no such consent. Never rejects: an answer that cannot be had is a no. */
export async function readConsent(): Promise<boolean | undefined> {
  try {
    const granted = (await browser.permissions.getAll()) as { data_collection?: readonly string[] };
    return granted.data_collection?.includes(METRICS_DATA);
  } catch {
    return false;
  }
}
