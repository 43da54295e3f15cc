// Responses to unacceptable bearer tokens (RFC 6750, section 3).
import { isFxaError } from '../../fxa/errors.ts';
import { Problem } from '../http/problem.ts';
import { KeysUnavailable } from '../security-events/key-set.ts';

/** Seconds to wait when Mozilla accounts gives no `Retry-After`. */
const DEFAULT_WAIT = 5;

/** The value of `WWW-Authenticate`. */
export function challenge(parameters: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(parameters).map(([name, value]) => `${name}=${quoted(value)}`);
  return given.length === 0 ? 'Bearer' : `Bearer ${given.join(', ')}`;
}

/** A quoted string (RFC 9110, section 5.6.4), without characters a header can't carry. */
function quoted(value: string): string {
  return `"${value.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`;
}

/** 401: no bearer credentials. RFC 6750, section 3.1, has no error code for this. */
export function unauthorized(): Problem {
  return new Problem(401, 'unauthorized', 'A bearer token is needed', {
    headers: { 'www-authenticate': challenge() },
  });
}

/** 400: malformed credentials. */
export function malformedCredentials(): Problem {
  return refusal(400, 'invalid_request', 'Authorization contains no valid bearer token', {});
}

/** 401: the token is not valid here. */
export function invalidToken(says: string): Problem {
  return refusal(401, 'invalid_token', says, {});
}

/** 403: a valid token without the scope needed (`scope`). */
export function insufficientScope(scope: string): Problem {
  return refusal(403, 'insufficient_scope', 'The access token lacks a required scope', { scope });
}

/** 401: a valid token of a sign-in that was too long ago, or without its second step (RFC 9470, section 3). */
export function insufficientAuthentication({
  acr,
  maxAge,
}: {
  readonly acr?: string | undefined;
  readonly maxAge?: number | undefined;
}): Problem {
  return refusal(401, 'insufficient_user_authentication', 'The account has to confirm who it is', {
    ...(acr !== undefined && { acr_values: acr }),
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
  });
}

/**
 * 503: Mozilla accounts couldn't be asked, so the token is neither accepted nor refused. Carries the code and
 * `Retry-After` of `cause`.
 */
export function accountsUnavailable(cause?: unknown): Problem {
  const known = isFxaError(cause) || cause instanceof KeysUnavailable ? cause : undefined;
  const why = known === undefined ? 'internal' : isFxaError(known) ? known.code : known.why;
  return new Problem(503, 'accounts_unavailable', `Mozilla accounts is unavailable (${why})`, {
    retryAfter: Math.max(1, known?.retryAfter ?? DEFAULT_WAIT),
  });
}

/** Adds the realm to the problem's challenge; problems without a challenge are unchanged. */
export function inRealm(problem: Problem, realm: string): Problem {
  const { status, error, message, details } = problem;
  const plain = details.headers?.['www-authenticate'];
  if (plain === undefined) return problem;
  const rest = plain === 'Bearer' ? '' : `, ${plain.slice('Bearer '.length)}`;
  const headers = { ...details.headers, 'www-authenticate': challenge({ realm }) + rest };
  return new Problem(status, error, message, { ...details, headers });
}

function refusal(
  status: 400 | 401 | 403,
  error: string,
  says: string,
  more: Readonly<Record<string, string>>,
): Problem {
  const headers = { 'www-authenticate': challenge({ error, ...more }) };
  return new Problem(status, error, says, { headers });
}
