/** The answer of a token endpoint: an access token always, a refresh token and an id_token where the grant has them. */
import type { MockContext } from '../context.ts';
import type { Granted } from './grant.ts';
import { signAccessToken } from './jwt-access-token.ts';
import { makeIdToken } from './id-token.ts';

/** Makes the tokens of a grant. `ttl` in seconds; FxA: today a `ttl` above the maximum is silently capped. */
export async function issueTokens(
  context: MockContext,
  granted: Granted,
  options: { ttl?: number | undefined; resource?: string | undefined },
): Promise<Readonly<Record<string, unknown>>> {
  const { rules, store } = context;
  const life = Math.min(options.ttl ?? rules.accessTokenLife, rules.accessTokenLife);
  const { clientId, uid, scope, authentication } = granted;
  const authorization = { clientId, uid, scope };
  const profileChangedAt = store.accounts.byUid(uid)?.profileChangedAt ?? 0;
  const isJwt = rules.jwtAccessTokens && store.clients.get(clientId)?.jwtAccessTokens === true;
  const signed = isJwt
    ? await signAccessToken(context, authorization, {
        life,
        profileChangedAt,
        authentication,
        resource: options.resource,
      })
    : undefined;
  // FxA: means not to store JWTs of six hours at most, but looks for the client's bytes in a set of texts, and stores all.
  const stored = store.tokens.addAccessToken({
    ...authorization,
    authentication,
    life,
    profileChangedAt,
    ...(signed === undefined ? {} : { token: signed.jti }),
  });
  const accessToken = signed?.jwt ?? stored.token;
  const refresh = granted.offline ? store.tokens.addRefreshToken(authorization) : undefined;
  return {
    access_token: accessToken,
    token_type: 'bearer',
    scope,
    expires_in: life,
    auth_at: authentication?.authAt,
    keys_jwe: granted.keysJwe,
    refresh_token: refresh?.token,
    id_token: granted.idToken
      ? await makeIdToken(context, granted, accessToken, options.resource)
      : undefined,
  };
}
