// Finds an issuer's endpoints, which also shows whether it can be reached.
import { allowInsecureRequests, customFetch, discoveryRequest } from 'oauth4webapi';
import { isAuthFamily } from './error-table.ts';
import { discoveryUrl } from './environments.ts';
import type { Endpoints } from './environments.ts';
import { FxaError } from './errors.ts';
import type { Reason } from './errors.ts';
import { fetchJson } from './http.ts';
import type { Http } from './http.ts';
import { secureUrl, withoutSlash } from './secure-url.ts';

/** Milliseconds. Short, because the sign-in window opens only afterwards. */
const REACHABILITY_TIMEOUT = 5000;

/**
 * Reads a discovery document (OpenID Connect Discovery 1.0, section 3). Pure.
 *
 * FxA: older deployments list neither `revocation_endpoint` nor `introspection_endpoint`, and none lists its verify
 * endpoint; missing ones are derived from `token_endpoint`. A revocation endpoint other than FxA's destroy, or none
 * beside another token endpoint than FxA's, marks a server of the standards (`dialect`), where nothing is derived: both
 * are optional there (RFC 8414, section 2).
 *
 * @throws FxaError
 * - `misconfigured`: the issuer is neither https nor http on loopback
 * - `bad_response` with reason `discovery_issuer` (document of another issuer) or `discovery` (unusable)
 * @example
 * const endpoints = endpointsFromDiscovery('https://accounts.firefox.com', await response.json());
 */
export function endpointsFromDiscovery(issuer: string, document: unknown): Endpoints {
  const expected = checkedIssuer(issuer);
  const fields = (document ?? {}) as Readonly<Record<string, unknown>>;
  // Exactly, but for the slash. oauth4webapi's comparison is of URLs: it ignores case, and takes a path with a slash for
  // another one.
  if (typeof fields.issuer !== 'string' || withoutSlash(fields.issuer) !== expected)
    throw refusal('The discovery document names another issuer', 'discovery_issuer');
  const token = endpoint(fields, 'token_endpoint');
  const revocation = optional(fields, 'revocation_endpoint');
  const named = {
    issuer: expected,
    discovery: discoveryUrl(expected),
    authorization: optional(fields, 'authorization_endpoint') ?? `${expected}/authorization`,
    token,
    profile: endpoint(fields, 'userinfo_endpoint'),
    ...(fields.authorization_response_iss_parameter_supported === true && { issInCallback: true as const }),
  };
  const introspection = optional(fields, 'introspection_endpoint');
  if (revocation === undefined ? !FXA_TOKEN.test(pathOf(token)) : !FXA_DESTROY.test(pathOf(revocation))) {
    return {
      ...named,
      dialect: 'oauth2',
      jwks: endpoint(fields, 'jwks_uri'),
      ...(revocation !== undefined && { destroy: revocation }),
      ...(introspection !== undefined && { introspect: introspection, verify: introspection }),
    };
  }
  return {
    ...named,
    destroy: revocation ?? sibling(token, 'destroy'),
    introspect: introspection ?? sibling(token, 'introspect'),
    verify: sibling(token, 'verify'),
    jwks: optional(fields, 'jwks_uri') ?? sibling(token, 'jwks'),
  };
}

/** FxA's own, which is no revocation endpoint of RFC 7009, or takes other parameters. */
const FXA_DESTROY = /\/v1\/(?:oauth\/)?destroy$/;
const FXA_TOKEN = /\/v1\/(?:oauth\/)?token$/;
const pathOf = (url: string) => new URL(url).pathname;

/**
 * Fetches and reads an issuer's discovery document (OpenID Connect Discovery 1.0, section 4).
 *
 * @throws FxaError the codes of `endpointsFromDiscovery` and `requestJson`.
 * @example
 * const endpoints = await discover('https://accounts.firefox.com', { fetch });
 */
export async function discover(issuer: string, http: Http): Promise<Endpoints> {
  const url = new URL(checkedIssuer(issuer));
  const response = await discoveryRequest(url, {
    [customFetch]: fetchJson(http, 'discovery'),
    // oxlint-disable-next-line typescript/no-deprecated -- An issuer is https, or http on loopback: see `checkedIssuer`.
    [allowInsecureRequests]: true,
  });
  return endpointsFromDiscovery(issuer, await response.json());
}

/**
 * The endpoints that the issuer names now, or the known ones if its document is refused or cannot be used. Call it
 * before opening a window, because a browser shows a blank or hung window when the server is down. Waits 5 seconds at
 * most.
 *
 * @throws FxaError `offline`, `server_unavailable`, `rate_limited`, `cancelled`, or `bad_response` with reason
 * `not_json` (something else responded, such as a captive portal).
 * @example
 * const endpoints = await currentEndpoints(knownEndpoints('production'), { fetch });
 */
export async function currentEndpoints(known: Endpoints, http: Http): Promise<Endpoints> {
  const timeout = Math.min(http.timeout ?? REACHABILITY_TIMEOUT, REACHABILITY_TIMEOUT);
  try {
    return await discover(known.issuer, { ...http, timeout });
  } catch (error) {
    const { status = 0, reason } = error as FxaError;
    // The server is up; refusing this document says nothing about its sign-in page.
    const isRefused = status >= 400 && status < 500 && status !== 429;
    if (!isRefused && reason !== 'discovery' && reason !== 'discovery_issuer') throw error;
    return known;
  }
}

function checkedIssuer(issuer: string): string {
  if (secureUrl(issuer)?.search !== '') {
    const rule = 'The issuer must be an https URL without a query, or http on loopback';
    throw new FxaError('misconfigured', rule, { parameter: 'issuer' });
  }
  return withoutSlash(issuer);
}

function endpoint(fields: Readonly<Record<string, unknown>>, name: string): string {
  const url = secureUrl(fields[name]);
  if (url === undefined) throw refusal(`The discovery document has no usable ${name}`, 'discovery');
  return url.href;
}

function optional(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return fields[name] === undefined || fields[name] === null ? undefined : endpoint(fields, name);
}

// FxA: the auth server's `/v1/oauth/` family has only token and destroy; the other endpoints are directly under /v1.
function sibling(token: string, name: 'destroy' | 'introspect' | 'verify' | 'jwks'): string {
  const url = new URL(token);
  if (!url.pathname.endsWith('/token')) {
    throw refusal(
      `The discovery document names no ${name} endpoint, and none follows from its token_endpoint`,
      'discovery',
    );
  }
  url.pathname = url.pathname.slice(0, -'token'.length) + name;
  if (name !== 'destroy' && isAuthFamily(token)) url.pathname = url.pathname.replace('/v1/oauth/', '/v1/');
  return url.href;
}

function refusal(message: string, reason: Reason): FxaError {
  return new FxaError('bad_response', message, { reason });
}
