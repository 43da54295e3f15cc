/**
 * Everything that can go wrong at an endpoint, told apart from how a server words it: each role renders a problem in
 * its own body.
 */

export type Source = 'payload' | 'headers' | 'params';

export type Problem =
  /** An error of the OAuth namespace; the auth server translates it into its own numbers. */
  | { readonly kind: 'oauth'; readonly errno: number; readonly extra: Readonly<Record<string, unknown>> }
  /** An error only the auth server knows. */
  | { readonly kind: 'auth'; readonly errno: number; readonly extra: Readonly<Record<string, unknown>> }
  /** An error only the profile server knows. */
  | { readonly kind: 'profile'; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  /** The request does not fit the schema. `missing` says that a required member is not there at all. */
  | {
      readonly kind: 'validation';
      readonly source: Source;
      readonly keys: readonly string[];
      readonly missing: boolean;
    }
  /** The HTTP layer itself refuses: no such route, wrong content type, too large, not JSON. */
  | { readonly kind: 'http'; readonly status: number; readonly phrase: string; readonly message: string }
  /** The server trips over its own feet: the framework's bare 500. */
  | { readonly kind: 'crash' };

/** Thrown by endpoints, rendered by their server. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.kind} problem`);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** An error of the OAuth namespace by number. `extra` members are added to the body. */
export function oauthProblem(errno: number, extra: Readonly<Record<string, unknown>> = {}): ProblemError {
  return new ProblemError({ kind: 'oauth', errno, extra });
}

/** An error of the auth server's namespace by number. */
export function authProblem(errno: number, extra: Readonly<Record<string, unknown>> = {}): ProblemError {
  return new ProblemError({ kind: 'auth', errno, extra });
}

/** The request names a parameter that does not fit; rendered as errno 109, 107 or 101 by namespace. */
export function invalidParameter(
  keys: readonly string[],
  source: Source = 'payload',
  missing = false,
): ProblemError {
  return new ProblemError({ kind: 'validation', source, keys, missing });
}

/** A refusal of the HTTP layer. */
export function httpProblem(status: number, phrase: string, message = phrase): ProblemError {
  return new ProblemError({ kind: 'http', status, phrase, message });
}

/** Profile: 401, errno 100. The reason is the OAuth server's message for the token. */
export function unauthorized(reason?: string): ProblemError {
  const body = { code: 401, errno: 100, error: 'Bad Request', message: 'Unauthorized', reason };
  return new ProblemError({ kind: 'profile', status: 401, body });
}

/** The bare 500 of a server that trips over its own feet. */
export function crash(): ProblemError {
  return new ProblemError({ kind: 'crash' });
}

/** A problem as it goes over the wire. */
export interface Rendered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}
