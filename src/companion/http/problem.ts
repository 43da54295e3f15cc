// What goes wrong, as an answer: one JSON shape for every route, never a stack, never a value of the request.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorAnswer } from '../../contract/companion.ts';

export interface ProblemDetails {
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds, for `Retry-After`. */
  readonly retryAfter?: number;
  /** More members of the body. */
  readonly more?: Partial<ErrorAnswer>;
}

/** Thrown by routes, answered by `answerProblem`. `error` is a code of the contract, `message` a sentence for developers. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ContentfulStatusCode;
  readonly error: string;
  readonly details: ProblemDetails;

  constructor(status: ContentfulStatusCode, error: string, message: string, details: ProblemDetails = {}) {
    super(message);
    this.status = status;
    this.error = error;
    this.details = details;
  }
}

/** The answer to a problem. */
export function answerProblem(c: Context, { status, error, message, details }: Problem): Response {
  const { headers = {}, retryAfter, more = {} } = details;
  const body: ErrorAnswer = { error, message, ...more };
  const waits = retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter)) };
  return c.json(body, status, { 'cache-control': 'no-store', ...headers, ...waits });
}
