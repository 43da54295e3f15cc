// Middleware that requires a valid bearer token (RFC 6750, section 2.1).
import type { Context, MiddlewareHandler } from 'hono';
import { grantedCovers } from '../../fxa/scopes.ts';
import { Problem } from '../http/problem.ts';
import { challenge, inRealm, insufficientScope } from './refusals.ts';
import type { CheckedToken, TokenCheck } from './types.ts';

export interface BearerOptions {
  readonly check: TokenCheck;
  /** Scopes this route needs beyond the client's own, space-separated. */
  readonly scope?: string;
  /** The realm in `WWW-Authenticate` challenges. */
  readonly realm: string;
  /** How the person must have signed in: `AAL2` for two steps (RFC 9470). */
  readonly acr?: string;
  /** How long ago at most, in seconds. */
  readonly maxAge?: number;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  /** Bypasses the cache: always, or for every method but GET and HEAD. Default: never. */
  readonly fresh?: boolean | 'writes';
}

export interface BearerVariables {
  token: CheckedToken;
  /** `fxa:<uid>-<name of the client>`: the user id within this client. */
  user: string;
}

const LONGEST_HEADER = 8192;
// RFC 9110, section 11.1: scheme names are case-insensitive. A list of two credentials contains a comma and doesn't
// match.
const SCHEME = /^bearer(?: |$)/i;
const CREDENTIALS = /^bearer +([\w.~+/-]+=*)$/i;

/**
 * Serves a request only with a valid token, available to the route as `c.var.token`, and its user id as `c.var.user`.
 *
 * @throws Problem 401 `unauthorized` without credentials, 400 `invalid_request` for malformed ones, those of
 *   `TokenCheck`, 403 `insufficient_scope`, and 401 `insufficient_user_authentication` where `acr` or `maxAge` is not
 *   met or not known; with the challenges of RFC 6750, section 3, and RFC 9470, section 3.
 */
export function bearer(options: BearerOptions): MiddlewareHandler<{ Variables: BearerVariables }> {
  const { check, scope = '', realm, fresh = false, acr, maxAge, now = Date.now } = options;
  const isRecent = ({ authenticatedAt = -Infinity }: CheckedToken) =>
    maxAge === undefined || now() - authenticatedAt <= maxAge * 1000;
  return async (c, next) => {
    const anew = fresh === 'writes' ? !['GET', 'HEAD'].includes(c.req.method) : fresh;
    await inRealm(realm, async () => {
      const token = await check(bearerToken(c), { fresh: anew });
      if (scope !== '' && !grantedCovers(token.scope, scope)) throw insufficientScope(scope);
      if ((acr !== undefined && token.acr !== acr) || !isRecent(token))
        throw challenge(401, 'insufficient_user_authentication', 'The account has to confirm who it is', {
          ...(acr !== undefined && { acr_values: acr }),
          ...(maxAge !== undefined && { max_age: String(maxAge) }),
        });
      c.set('token', token);
      c.set('user', `fxa:${escaped(token.uid)}-${token.client.name}`);
    });
    await next();
  };
}

/** Elsewhere than at FxA a uid may contain hyphens: two clients' users must not get one id. */
const escaped = (uid: string) => uid.replaceAll('%', '%25').replaceAll('-', '%2d');

/**
 * Reads Node's raw headers where available, because building `Headers` is a large part of the cost of a cached token.
 * Two headers are joined as `Headers` would, and then don't match.
 */
function authorizationOf(c: Context): string {
  const { incoming } = (c.env ?? {}) as { incoming?: { rawHeaders?: readonly string[] } };
  const raw = incoming?.rawHeaders;
  if (raw === undefined) return c.req.header('authorization') ?? '';
  const isName = (_: string, at: number) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === 'authorization';
  return raw.filter(isName).join(', ');
}

/** The token, unchecked; throws Problem 401 `unauthorized` or 400 `invalid_request`. */
export function bearerToken(c: Context): string {
  const header = authorizationOf(c).trim();
  // RFC 6750, section 3.1: without credentials the challenge has no error.
  if (!SCHEME.test(header))
    throw new Problem(401, 'unauthorized', 'A bearer token is needed', { challenge: {} });
  const token = header.length > LONGEST_HEADER ? undefined : CREDENTIALS.exec(header)?.[1];
  if (token === undefined)
    throw challenge(400, 'invalid_request', 'Authorization contains no valid bearer token');
  return token;
}
