/** Who calls the profile server: the access token in the header, checked at the OAuth server. */
import type { Context } from 'hono';
import { verifyAccessToken, verifySchema } from '../oauth/verify.ts';
import { httpProblem, ProblemError, unauthorized } from '../problems.ts';
import { covers } from '../scope-set.ts';
import type { AccessToken } from '../store/types.ts';
import { check } from '../validation/schema.ts';
import type { MockContext } from '../context.ts';

/**
 * The caller's token. FxA: `Bearer` wants its capital B; every failure is 401/100 with the OAuth server's message as
 * reason.
 */
export async function caller(context: MockContext, c: Context): Promise<AccessToken> {
  const header = c.req.header('authorization');
  if (header?.startsWith('Bearer') !== true) throw unauthorized('Bearer token not provided');
  const token = header.split(' ')[1];
  if (!check(verifySchema(context), { token }).ok) throw unauthorized('Invalid request parameter');
  try {
    return await verifyAccessToken(context, token ?? '');
  } catch (error) {
    const expired =
      error instanceof ProblemError && error.problem.kind === 'oauth' && error.problem.errno === 115;
    throw unauthorized(expired ? 'Expired token' : 'Invalid token');
  }
}

/** Whether one of the scopes, or a scope that implies it, was granted. */
export function may(token: AccessToken, ...scopes: readonly string[]): boolean {
  return scopes.some((scope) => covers(token.scope, scope));
}

/** The caller's token, if it has one of the scopes; else 403. */
export async function callerWith(
  context: MockContext,
  c: Context,
  ...scopes: readonly string[]
): Promise<AccessToken> {
  const token = await caller(context, c);
  if (!may(token, ...scopes)) throw httpProblem(403, 'Forbidden', 'Insufficient scope');
  return token;
}
