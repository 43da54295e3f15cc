// Errors as responses: one JSON shape for every route, without stack traces or request data.
import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorAnswer } from '../../contract/companion.ts';

export interface ProblemDetails {
  readonly headers?: Readonly<Record<string, string>>;
  /** Parameters of a `Bearer` challenge (RFC 6750, section 3), for `WWW-Authenticate`. */
  readonly challenge?: Readonly<Record<string, string>>;
  /** Seconds, for `Retry-After`. */
  readonly retryAfter?: number;
  /** Additional members of the body. */
  readonly more?: Partial<ErrorAnswer>;
}

/** Thrown by routes and answered as JSON: a code of the contract, and a sentence for developers. */
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

/** 400 `invalid_request`. */
export function badRequest(message: string): Problem {
  return new Problem(400, 'invalid_request', message);
}

/** The response for a problem. */
export function answerProblem(c: Context, problem: Problem): Response {
  return c.json(bodyOf(problem), problem.status, headersOf(problem));
}

/** The same on Node's response. */
export function writeProblem(response: ServerResponse, problem: Problem): void {
  const headers = { 'content-type': 'application/json', ...headersOf(problem) };
  response.writeHead(problem.status, headers).end(JSON.stringify(bodyOf(problem)));
}

function bodyOf({ error, message, details }: Problem): ErrorAnswer {
  return { error, message, ...details.more };
}

function headersOf({ details }: Problem): Record<string, string> {
  const { headers, challenge, retryAfter } = details;
  return {
    'cache-control': 'no-store',
    ...headers,
    ...(challenge && { 'www-authenticate': `Bearer ${parametersOf(challenge)}`.trimEnd() }),
    ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter)) }),
  };
}

/** Quoted strings (RFC 9110, section 5.6.4), without characters that a header can't carry. */
function parametersOf(challenge: Readonly<Record<string, string>>): string {
  const quoted = (value: string) => `"${value.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`;
  return Object.entries(challenge)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(', ');
}
