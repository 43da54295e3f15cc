// Turns whatever a route throws into a JSON error; unexpected errors are also logged, by name and code only.
import { HTTPException } from 'hono/http-exception';
import { StoreError } from '../db/errors.ts';
import type { Log } from '../operations/log.ts';
import { Problem } from './problem.ts';

/** Seconds. */
const STORE_RETRY = 5;
const OFTEN_RETRY = 3600;

/** The problem to answer with. `aborted`: the client disconnected, so nothing of ours has failed. */
export function problemOf(error: unknown, log: Pick<Log, 'failure'>, aborted: boolean): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) return libraryProblem(error);
  if (aborted) return new Problem(400, 'aborted', 'The request was aborted');
  if (error instanceof StoreError && error.code === 'too_many') {
    return new Problem(429, 'rate_limited', error.message, { retryAfter: OFTEN_RETRY });
  }
  log.failure('request_failed', error);
  return error instanceof StoreError
    ? new Problem(503, 'unavailable', 'The database does not answer', { retryAfter: STORE_RETRY })
    : new Problem(500, 'internal', 'Something went wrong here');
}

/** Hono's middleware throws these (basic-auth: 401 with a challenge). */
function libraryProblem({ status, res }: HTTPException): Problem {
  const challenge = res?.headers.get('www-authenticate');
  const headers = typeof challenge === 'string' ? { 'www-authenticate': challenge } : {};
  return status === 401
    ? new Problem(401, 'unauthorized', 'The operator password is required', { headers })
    : new Problem(status, 'refused', 'The request was refused', { headers });
}
