// Turns whatever a route throws into a JSON error; unexpected errors are also logged, by name and code only.
import type { ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { StoreError } from '../db/errors.ts';
import type { Log } from '../operations/log.ts';
import { answerProblem, Problem } from './problem.ts';

/** Seconds. */
const STORE_RETRY = 5;
const OFTEN_RETRY = 3600;

/** Returns the app's `onError` handler. */
export function answerErrors(log: Log): ErrorHandler {
  return (error, c) => {
    if (error instanceof Problem) return answerProblem(c, error);
    if (error instanceof HTTPException) return answerProblem(c, problemOf(error));
    // The client disconnected while sending; not our error, and there is no reader.
    if (c.req.raw.signal.aborted)
      return answerProblem(c, new Problem(400, 'aborted', 'The request was aborted'));
    if (error instanceof StoreError && error.code === 'too_many') {
      return answerProblem(c, new Problem(429, 'rate_limited', error.message, { retryAfter: OFTEN_RETRY }));
    }
    log.failure('request_failed', error);
    if (error instanceof StoreError) {
      const later = { retryAfter: STORE_RETRY };
      return answerProblem(c, new Problem(503, 'unavailable', 'The database does not answer', later));
    }
    return answerProblem(c, new Problem(500, 'internal', 'Something went wrong here'));
  };
}

/** Hono's middleware throws these (basic-auth: 401 with a challenge). */
function problemOf({ status, res }: HTTPException): Problem {
  const challenge = res?.headers.get('www-authenticate');
  const headers = typeof challenge === 'string' ? { 'www-authenticate': challenge } : {};
  return status === 401
    ? new Problem(401, 'unauthorized', 'The operator password is required', { headers })
    : new Problem(status, 'refused', 'The request was refused', { headers });
}
