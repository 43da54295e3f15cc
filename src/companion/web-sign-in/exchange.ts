// The requests a confidential client sends Mozilla accounts: for the person's consent, for the token, for its end.
import { validateCallback } from '../../fxa/callback.ts';
import { destroyAccessToken } from '../../fxa/destroy.ts';
import { followsStandards, type Endpoints } from '../../fxa/environments.ts';
import { isFxaError, type FxaErrorCode } from '../../fxa/errors.ts';
import { requestJson } from '../../fxa/http.ts';
import { parseScopes } from '../../fxa/scopes.ts';
import { issuedTokens, validateAccessToken, type AccessToken } from '../../fxa/tokens.ts';
import type { WebSignInError } from '../../contract/web-sign-in.ts';
import type { SessionParts } from '../sessions/create.ts';
import type { WebClient } from './settings.ts';

type Accounts = Pick<SessionParts, 'endpoints' | 'http'>;

/** Where a sign-in begins (RFC 6749, section 4.1.1). FxA: errno 116/166 for PKCE from a confidential client. */
export function authorizationAddress(endpoints: Endpoints, client: WebClient, state: string): string {
  const url = new URL(endpoints.authorization);
  url.searchParams.set('client_id', client.clientId);
  url.searchParams.set('redirect_uri', client.redirectUri);
  url.searchParams.set('scope', scopeAt(endpoints, client));
  url.searchParams.set('state', state);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('access_type', 'online');
  return url.href;
}

/** The userinfo endpoint of a server of the standards demands `openid` (OpenID Connect Core 1.0, section 5.3.1). */
function scopeAt(endpoints: Endpoints, { requestedScope }: WebClient): string {
  return followsStandards({ endpoints }) ? parseScopes(`openid ${requestedScope}`).join(' ') : requestedScope;
}

/**
 * The access token for the code in a callback (RFC 6749, section 4.1.3). `query`: the callback's, with its `?`.
 *
 * @throws FxaError as `validateCallback`, `requestJson` and `validateAccessToken`.
 */
export async function exchange(
  accounts: Accounts,
  client: WebClient,
  state: string,
  query: string,
): Promise<AccessToken> {
  const { http } = accounts;
  const endpoints = accounts.endpoints.current();
  const { clientId, secret, redirectUri } = client;
  // The address of the request is what the proxy in front made of it.
  const { code } = validateCallback(redirectUri + query, { ...endpoints, redirectUri, state, clientId });
  const parameters = {
    grant_type: 'authorization_code',
    client_id: clientId,
    client_secret: secret,
    code,
    // FxA compares it with nothing, and refuses some that are registered.
    ...(followsStandards({ endpoints }) && { redirect_uri: redirectUri }),
  };
  const answer = await requestJson(http, 'exchange', endpoints.token, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
    dialect: endpoints.dialect,
  });
  const deployment = { name: 'custom', endpoints, clientId } as const;
  try {
    return await validateAccessToken(deployment, answer, scopeAt(endpoints, client));
  } catch (error) {
    const { accessToken } = await issuedTokens(deployment, answer);
    if (accessToken !== undefined) await discard(accounts, client, accessToken);
    throw error;
  }
}

/** Destroys an access token that serves no more. Never rejects: it would expire within a day. */
export async function discard(
  { endpoints, http }: Accounts,
  { clientId, secret }: WebClient,
  accessToken: string,
): Promise<void> {
  const current = endpoints.current();
  // FxA: `/v1/oauth/destroy` wants the secret; `/v1/destroy` of the same server takes the token for proof.
  const destroy = current.destroy?.replace('/v1/oauth/', '/v1/');
  const deployment = {
    name: 'custom',
    endpoints: { ...current, ...(destroy !== undefined && { destroy }) },
    clientId,
    authentication: { client_secret: secret },
  } as const;
  await destroyAccessToken(deployment, accessToken, http).catch(() => undefined);
}

const ERRORS: Readonly<Partial<Record<FxaErrorCode, WebSignInError>>> = {
  cancelled: 'access_denied',
  reauth_required: 'login_required',
  account_unverified: 'login_required',
  offline: 'temporarily_unavailable',
  server_unavailable: 'temporarily_unavailable',
  rate_limited: 'temporarily_unavailable',
};

/** A failure of `exchange` as the web application is told of it: one of a few words, never what a server wrote. */
export function errorFor(error: unknown): WebSignInError {
  if (!isFxaError(error)) throw error;
  return error.reason === 'code_refused' ? 'invalid_grant' : (ERRORS[error.code] ?? 'server_error');
}
