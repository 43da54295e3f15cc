// From an issuer to its endpoints, and the quick look whether it is there at all.
//
// oauth4webapi's discovery is left aside on purpose: it is asynchronous where this is a pure function, it would refuse an
// issuer that differs by one trailing slash, and what it checks beyond that is the one comparison below.
import { isAuthFamily } from './answers.ts';
import { discoveryUrl } from './environments.ts';
import type { Endpoints } from './environments.ts';
import { FxaError } from './errors.ts';
import type { Reason } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http } from './http.ts';
import { secureUrl, withoutSlash } from './secure-url.ts';

/** Milliseconds: a person is waiting for the window to open. */
const REACHABILITY_TIMEOUT = 5000;

/**
 * Reads a discovery document (OpenID Connect Discovery 1.0, section 3). Pure.
 *
 * FxA: older deployments name neither `revocation_endpoint` nor `introspection_endpoint`, and none names its verify
 * endpoint; what is missing is derived from `token_endpoint`.
 *
 * @throws FxaError `misconfigured` (the issuer is no https origin, nor http on loopback), `bad_response` with reason
 * `discovery_issuer` (the document is of another issuer) or `discovery` (anything else amiss).
 */
export function endpointsFromDiscovery(issuer: string, document: unknown): Endpoints {
  const expected = checkedIssuer(issuer);
  const fields = (document ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof fields.issuer !== 'string' || withoutSlash(fields.issuer) !== expected) {
    throw refusal('The discovery document names another issuer', 'discovery_issuer');
  }
  const token = endpoint(fields, 'token_endpoint');
  return {
    issuer: expected,
    discovery: discoveryUrl(expected),
    authorization: optional(fields, 'authorization_endpoint') ?? `${expected}/authorization`,
    token,
    destroy: optional(fields, 'revocation_endpoint') ?? sibling(token, 'destroy'),
    introspect: optional(fields, 'introspection_endpoint') ?? sibling(token, 'introspect'),
    verify: sibling(token, 'verify'),
    jwks: optional(fields, 'jwks_uri') ?? sibling(token, 'jwks'),
    profile: endpoint(fields, 'userinfo_endpoint'),
  };
}

/**
 * Fetches and reads the discovery document of an issuer.
 *
 * @throws FxaError as `endpointsFromDiscovery` and `requestJson` do.
 */
export async function discover(issuer: string, http: Http): Promise<Endpoints> {
  const url = discoveryUrl(checkedIssuer(issuer));
  return endpointsFromDiscovery(issuer, await requestJson(http, 'discovery', url, { method: 'GET' }));
}

/**
 * Resolves when Mozilla accounts answers. To be called before a window opens: a browser shows nothing, or hangs, when the
 * server of its sign-in window is dead. Waits 5 seconds at most.
 *
 * @throws FxaError `offline`, `server_unavailable`, `rate_limited`, `cancelled`, and `bad_response` with reason `not_json`
 * when something else answers in its place.
 */
export async function checkReachable(endpoints: Endpoints, http: Http): Promise<void> {
  const timeout = Math.min(http.timeout ?? REACHABILITY_TIMEOUT, REACHABILITY_TIMEOUT);
  try {
    await requestJson({ ...http, timeout }, 'discovery', endpoints.discovery, { method: 'GET' });
  } catch (error) {
    // Somebody is there and refuses this document: that says nothing about the sign-in page.
    const { status = 0 } = error as FxaError;
    if (status < 400 || status >= 500 || status === 429) throw error;
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

// FxA: of the auth server's `/v1/oauth/` family only token and destroy exist; the other endpoints lie directly under /v1.
function sibling(token: string, name: 'destroy' | 'introspect' | 'verify' | 'jwks'): string {
  const url = new URL(token);
  if (!url.pathname.endsWith('/token')) {
    throw refusal(
      `The discovery document names no ${name} endpoint, and its token_endpoint is no guide`,
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
