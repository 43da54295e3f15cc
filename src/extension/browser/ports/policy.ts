// What an administrator set for this extension, from `storage.managed`.
import { parsePolicy, type Policy } from '../../../session/policy.ts';
import { browser } from '../api.ts';

/**
 * To be read anew at each use: Chromium has nothing yet in the first seconds after an installation. Never rejects: Firefox
 * does so where there is no policy, and some browsers have no such storage at all.
 */
export async function readPolicy(): Promise<Policy> {
  try {
    return parsePolicy(await browser.storage.managed.get());
  } catch {
    return parsePolicy(undefined);
  }
}
