/** JWT access tokens (RFC 9068), for clients so configured, and the look-up of access tokens of either form. */
import { errors, jwtVerify, SignJWT } from 'jose';
import type { MockContext } from '../context.ts';
import { randomHex, tokenId } from '../store/random.ts';
import type { AccessToken, Authentication, Authorization } from '../store/types.ts';

/**
 * FxA: tokens of a longer life (seconds) are looked up, so that they die at once; shorter ones are vouched for until
 * they expire, whatever was destroyed. The usual life is just above it.
 */
const LOOKED_UP_ABOVE = 21_600;

/** Signs a token. `life` in seconds. FxA: the `jti` is the opaque token it would else have been. */
export async function signAccessToken(
  context: MockContext,
  authorization: Authorization,
  options: {
    life: number;
    profileChangedAt: number;
    authentication?: Authentication | undefined;
    resource?: string | undefined;
  },
): Promise<{ jwt: string; jti: string }> {
  const { keys, now, origin, rules } = context;
  const { clientId, uid, scope } = authorization;
  const { authentication } = options;
  const key = await keys.active();
  const iat = Math.floor(now() / 1000);
  const jti = randomHex(32);
  const claims = {
    iss: origin,
    aud: options.resource === undefined ? clientId : [clientId, options.resource],
    client_id: clientId,
    exp: iat + options.life,
    iat,
    jti,
    scope,
    sub: uid,
    'fxa-profileChangedAt': options.profileChangedAt,
    ...(rules.accessTokenTellsAuthentication && authentication !== undefined
      ? { acr: `AAL${authentication.aal}`, auth_time: authentication.authAt }
      : {}),
  };
  const jwt = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', typ: 'at+JWT', kid: key.kid })
    .sign(key.privateKey);
  return { jwt, jti };
}

async function readJwt(context: MockContext, jwt: string): Promise<AccessToken | undefined> {
  const { keys, now, origin } = context;
  const key = await keys.active();
  try {
    const { payload } = await jwtVerify(jwt, key.publicKey, {
      issuer: origin,
      typ: 'at+JWT',
      algorithms: ['RS256'],
      currentDate: new Date(now()),
    });
    const { iat = 0, exp = 0, jti = '', sub = '' } = payload;
    return {
      id: tokenId(jti),
      clientId: String(payload.client_id),
      uid: sub,
      scope: String(payload.scope),
      createdAt: iat * 1000,
      expiresAt: exp * 1000,
      profileChangedAt: Number(payload['fxa-profileChangedAt']),
    };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** The stored access token, given as opaque text or as a JWT of ours that has not expired. */
export async function findAccessToken(context: MockContext, token: string): Promise<AccessToken | undefined> {
  const { tokens } = context.store;
  if (!token.includes('.')) return tokens.findAccessToken(token);
  const claimed = await readJwt(context, token);
  return claimed === undefined ? undefined : tokens.accessTokenById(claimed.id);
}

/** The access token as the verify endpoint sees it: short-lived JWTs are vouched for without a look-up. */
export async function vouchedAccessToken(
  context: MockContext,
  token: string,
): Promise<AccessToken | undefined> {
  if (!token.includes('.')) return context.store.tokens.findAccessToken(token);
  const claimed = await readJwt(context, token);
  if (claimed === undefined) return undefined;
  const life = (claimed.expiresAt - claimed.createdAt) / 1000;
  return life > LOOKED_UP_ABOVE ? context.store.tokens.accessTokenById(claimed.id) : claimed;
}
