// The answers to bearer tokens that will not do (RFC 6750, section 3).
import { isFxaError } from '../../fxa/errors.ts';
import { Problem } from '../http/problem.ts';
import { KeysUnavailable } from '../security-events/key-set.ts';

/** Seconds, where Mozilla accounts names no time. */
const DEFAULT_WAIT = 5;

/** The value of `WWW-Authenticate`. */
export function challenge(parameters: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(parameters).map(([name, value]) => `${name}=${quoted(value)}`);
  return given.length === 0 ? 'Bearer' : `Bearer ${given.join(', ')}`;
}

/** RFC 9110, section 5.6.4. What no header can carry is left out. */
function quoted(value: string): string {
  return `"${value.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`;
}

/** 401: no credentials, or none of this scheme; RFC 6750, section 3.1, has no error code for that. */
export function unauthorized(): Problem {
  return new Problem(401, 'unauthorized', 'A bearer token is needed', {
    headers: { 'www-authenticate': challenge() },
  });
}

/** 400: nobody could tell what was meant. */
export function malformedCredentials(): Problem {
  return refusal(400, 'invalid_request', 'Authorization holds no bearer token', {});
}

/** 401: the token proves nothing here. */
export function invalidToken(says: string): Problem {
  return refusal(401, 'invalid_token', says, {});
}

/** 403: a good token, for something less. `scope`: what is needed. */
export function insufficientScope(scope: string): Problem {
  return refusal(403, 'insufficient_scope', 'The scopes of the access token do not reach', { scope });
}

/** 503: nobody could be asked, which proves nothing about the token. Names the code of `cause`, and its time to wait. */
export function accountsUnavailable(cause?: unknown): Problem {
  const known = isFxaError(cause) || cause instanceof KeysUnavailable ? cause : undefined;
  const why = known === undefined ? 'internal' : isFxaError(known) ? known.code : known.why;
  return new Problem(503, 'accounts_unavailable', `Mozilla accounts cannot be asked now (${why})`, {
    retryAfter: Math.max(1, known?.retryAfter ?? DEFAULT_WAIT),
  });
}

/** The same problem, with the realm in its challenge; those without a challenge stay as they are. */
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
