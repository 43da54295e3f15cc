/** `POST /v1/verify`: whose access token is this, and for what. Also how the profile server checks its callers. */
import type { Context } from 'hono';
import { readPayload } from '../http/payload.ts';
import { json } from '../http/reply.ts';
import { oauthProblem } from '../problems.ts';
import type { AccessToken } from '../store/types.ts';
import { accessToken, hexToken } from '../validation/members.ts';
import { optional, required, type Schema, validate } from '../validation/schema.ts';
import { boolean } from '../validation/types.ts';
import { vouchedAccessToken } from './jwt-access-token.ts';
import type { MockContext } from '../context.ts';

/** The live access token. Throws 108 for an unknown one and 115 for an expired one. */
export async function verifyAccessToken(context: MockContext, token: string): Promise<AccessToken> {
  const found = await vouchedAccessToken(context, token);
  if (found === undefined) throw oauthProblem(108);
  if (found.expiresAt < context.now())
    throw oauthProblem(115, { expiredAt: new Date(found.expiresAt).toISOString() });
  return found;
}

/** What the endpoint demands of its body in this era. */
export function verifySchema(context: MockContext): Schema {
  return context.rules.strictDestroy
    ? { unknown: 'refused', fields: [required('token', hexToken), optional('email', boolean)] }
    : { unknown: 'stripped', fields: [required('token', accessToken)] };
}

/** The endpoint. FxA: `scope` is an array here, a string everywhere else. */
export async function verifyEndpoint(context: MockContext, c: Context): Promise<Response> {
  const params = validate(verifySchema(context), await readPayload(c.req.raw, 'json-or-form'));
  const found = await verifyAccessToken(context, params.token as string);
  return json({
    user: found.uid,
    client_id: found.clientId,
    scope: found.scope.split(' ').filter((scope) => scope !== ''),
    profile_changed_at: context.rules.monorepo ? found.profileChangedAt : undefined,
  });
}
