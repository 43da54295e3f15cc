// Shared by the tests of this folder: a deployment on loopback, tokens in FxA's format, and a helper for errors.
import { mockServerEndpoints } from '../environments.ts';
import type { Deployment, EnvironmentName } from '../environments.ts';
import { isFxaError } from '../errors.ts';
import type { FxaError } from '../errors.ts';

export const ORIGIN = 'http://127.0.0.1:9720';
export const CLIENT_ID = 'a1b2c3d4e5f60001';
export const ACCESS_TOKEN = 'aa'.repeat(32);
export const REFRESH_TOKEN = 'bb'.repeat(32);
export const CODE = 'cc'.repeat(32);

/** A token response in FxA's format, without an id_token. */
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

/** The same server through the auth server's `/v1/oauth/` endpoints. */
export function authFamily(): Deployment {
  const { endpoints, ...rest } = deployment();
  const changed = { token: `${ORIGIN}/v1/oauth/token`, destroy: `${ORIGIN}/v1/oauth/destroy` };
  return { ...rest, endpoints: { ...endpoints, ...changed } };
}

/** A server of the standards, as Mozilla plans. */
export function oauth2(): Deployment {
  const { endpoints, ...rest } = deployment();
  const changed = {
    dialect: 'oauth2',
    token: `${ORIGIN}/token`,
    destroy: `${ORIGIN}/token/revocation`,
  } as const;
  return { ...rest, endpoints: { ...endpoints, ...changed, profile: `${ORIGIN}/me` } };
}

/** The `FxaError` that the work fails with. Throws when it succeeds or fails otherwise. */
export async function failure(work: Promise<unknown> | (() => unknown)): Promise<FxaError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (isFxaError(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
