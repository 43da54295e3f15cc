// What the tests of this room share: a deployment on loopback, tokens that look like FxA's, and a way to look at errors.
import { mockServerEndpoints } from '../environments.ts';
import type { Deployment, EnvironmentName } from '../environments.ts';
import { isFxaError } from '../errors.ts';
import type { FxaError } from '../errors.ts';

export const ORIGIN = 'http://127.0.0.1:9720';
export const CLIENT_ID = 'a1b2c3d4e5f60001';
export const ACCESS_TOKEN = 'aa'.repeat(32);
export const REFRESH_TOKEN = 'bb'.repeat(32);
export const CODE = 'cc'.repeat(32);

/** A token answer as FxA gives it, without an id_token. */
export const ANSWER = {
  access_token: ACCESS_TOKEN,
  token_type: 'bearer',
  scope: 'profile',
  expires_in: 3600,
  auth_at: 1795240445,
  refresh_token: REFRESH_TOKEN,
  something_new: [1],
};

export function deployment(name: EnvironmentName = 'local'): Deployment {
  return { name, endpoints: mockServerEndpoints(ORIGIN), clientId: CLIENT_ID };
}

/** The same server, spoken to through the auth server's `/v1/oauth/` family. */
export function authFamily(): Deployment {
  const { endpoints, ...rest } = deployment();
  const changed = { token: `${ORIGIN}/v1/oauth/token`, destroy: `${ORIGIN}/v1/oauth/destroy` };
  return { ...rest, endpoints: { ...endpoints, ...changed } };
}

/** The `FxaError` that the work ends with. Fails when it ends well or with anything else. */
export async function failure(work: Promise<unknown> | (() => unknown)): Promise<FxaError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (isFxaError(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
