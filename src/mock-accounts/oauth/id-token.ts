/** The id_token. FxA: no nonce, no azp, no email; `at_hash` of 2019 is mostly the hash of nothing. */
import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import type { EraRules } from '../era.ts';
import type { MockContext } from '../context.ts';
import type { Authentication } from '../store/types.ts';
import type { Granted } from './grant.ts';

/** Seconds. */
const ID_TOKEN_LIFE = 300;

function leftHalf(hashed: string | Buffer): string {
  return createHash('sha256').update(hashed).digest().subarray(0, 16).toString('base64url');
}

/** FxA 2019: the token's bytes are read as ASCII, and that as hexadecimal digits, as far as it is. */
function misread(accessToken: string): Buffer {
  return Buffer.from(Buffer.from(accessToken, 'hex').toString('ascii'), 'hex');
}

function authenticationClaims(rules: EraRules, { amr, aal, authAt }: Authentication) {
  const authTime = rules.authTimeDividedTwice ? Math.floor(authAt / 1000) : authAt;
  return {
    amr: [...amr],
    'fxa-aal': aal,
    acr: `AAL${aal}`,
    ...(rules.idTokenHasAuthTime ? { auth_time: authTime } : {}),
  };
}

/** Signs the id_token of a grant; `resource` is a second audience. */
export async function makeIdToken(
  context: MockContext,
  granted: Granted,
  accessToken: string,
  resource?: string,
): Promise<string> {
  const { rules, keys, now, origin } = context;
  const key = await keys.active();
  const iat = Math.floor(now() / 1000);
  const claims = {
    sub: granted.uid,
    aud: resource === undefined ? granted.clientId : [granted.clientId, resource],
    iss: origin,
    iat,
    exp: iat + ID_TOKEN_LIFE,
    at_hash: leftHalf(rules.atHashMisread ? misread(accessToken) : accessToken),
    ...(granted.authentication === undefined ? {} : authenticationClaims(rules, granted.authentication)),
  };
  const typ = rules.monorepo ? { typ: 'JWT' } : {};
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid, ...typ }).sign(key.privateKey);
}
