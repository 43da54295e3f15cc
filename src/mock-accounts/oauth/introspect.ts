/** `POST /v1/introspect`. FxA: times are in milliseconds; 2019 says `active` the wrong way round for access tokens. */
import type { Context } from 'hono';
import { readPayload } from '../http/payload.ts';
import { json } from '../http/reply.ts';
import { oauthProblem } from '../problems.ts';
import type { AccessToken } from '../store/types.ts';
import { optional, required, type Schema, validate } from '../validation/schema.ts';
import { string } from '../validation/types.ts';
import { findAccessToken } from './jwt-access-token.ts';
import type { MockContext } from '../context.ts';

const schema: Schema = {
  unknown: 'stripped',
  fields: [
    required('token', string()),
    optional('token_type_hint', string({ oneOf: ['access_token', 'refresh_token'] })),
  ],
};

/** FxA (RFC 9470, section 6.2): of a token from sign-in; unlike the other times, `auth_time` is in seconds. */
function authenticationMembers({ authentication }: AccessToken): Readonly<Record<string, unknown>> {
  if (authentication === undefined) return {};
  const { aal, authAt, amr } = authentication;
  return { acr: `AAL${aal}`, auth_time: authAt, amr };
}

async function describeAccess(
  context: MockContext,
  token: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { rules, now } = context;
  const found = await findAccessToken(context, token);
  if (found === undefined) return undefined;
  const live = found.expiresAt > now();
  if (!live && !rules.introspectionInverted) return { active: false };
  return {
    active: rules.introspectionInverted ? !live : live,
    scope: found.scope,
    client_id: found.clientId,
    token_type: 'access_token',
    exp: found.expiresAt,
    iat: found.createdAt,
    sub: found.uid,
    jti: found.id,
    ...(rules.accessTokenTellsAuthentication ? authenticationMembers(found) : {}),
  };
}

function describeRefresh(context: MockContext, token: string): Readonly<Record<string, unknown>> | undefined {
  const { store } = context;
  const found = store.tokens.findRefreshToken(token);
  if (found === undefined) return undefined;
  if (store.clients.get(found.clientId)?.publicClient !== true) throw oauthProblem(116);
  return {
    active: true,
    scope: found.scope,
    client_id: found.clientId,
    token_type: 'refresh_token',
    iat: found.createdAt,
    sub: found.uid,
    jti: found.id,
    'fxa-lastUsedAt': found.lastUsedAt,
  };
}

/** The endpoint. Throws 109, and 116 for a refresh token of a confidential client. */
export async function introspectEndpoint(context: MockContext, c: Context): Promise<Response> {
  const params = validate(schema, await readPayload(c.req.raw, 'json-or-form'));
  const token = params.token as string;
  // FxA: 2019 strips the hint before looking at it; today it decides which kinds are tried.
  const hint = context.rules.monorepo ? params.token_type_hint : undefined;
  const access = hint === 'refresh_token' ? undefined : await describeAccess(context, token);
  const refresh = hint === 'access_token' ? undefined : describeRefresh(context, token);
  return json(access ?? refresh ?? { active: false });
}
