// Reads the administrator's policy from `storage.managed`.
import { parsePolicy, type Policy } from '../../../session/policy.ts';
import { browser } from '../api.ts';

/**
 * Read it at each use, because Chromium provides it only some seconds after installation. Never rejects, although
 * Firefox does without a policy and some browsers lack this storage.
 */
export async function readPolicy(): Promise<Policy> {
  try {
    return parsePolicy(await browser.storage.managed.get());
  } catch {
    return parsePolicy(undefined);
  }
}
