// Responses to unacceptable bearer tokens (RFC 6750, section 3).
import { isFxaError } from '../../fxa/errors.ts';
import { Problem } from '../http/problem.ts';
import { KeysUnavailable } from '../security-events/key-set.ts';

/** Seconds to wait when Mozilla accounts gives no `Retry-After`. */
const DEFAULT_WAIT = 5;

/** A problem whose challenge names its error and what is needed. */
export function challenge(
  status: 400 | 401 | 403,
  error: string,
  message: string,
  needed: Readonly<Record<string, string>> = {},
): Problem {
  return new Problem(status, error, message, { challenge: { error, ...needed } });
}

/** 401: the token is not valid here. */
export function invalidToken(message: string): Problem {
  return challenge(401, 'invalid_token', message);
}

/** 403: a valid token without the scope needed (`scope`). */
export function insufficientScope(scope: string): Problem {
  return challenge(403, 'insufficient_scope', 'The access token lacks a required scope', { scope });
}

/** 503: Mozilla accounts couldn't be asked, for the reason and with the `Retry-After` of `cause`. */
export function accountsUnavailable(cause: unknown): Problem {
  const known = isFxaError(cause) || cause instanceof KeysUnavailable ? cause : undefined;
  const why = known === undefined ? 'internal' : isFxaError(known) ? known.code : known.why;
  return new Problem(503, 'accounts_unavailable', `Mozilla accounts is unavailable (${why})`, {
    retryAfter: Math.max(1, known?.retryAfter ?? DEFAULT_WAIT),
  });
}

/** Runs `work`; the challenges of its problems name the realm. */
export async function inRealm<T>(realm: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.details.challenge === undefined) throw error;
    const challenge = { realm, ...error.details.challenge };
    throw new Problem(error.status, error.error, error.message, { ...error.details, challenge });
  }
}
