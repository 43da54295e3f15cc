// JWT access tokens (RFC 9068), which Mozilla accounts issues to some clients.
//
// FxA signs ID tokens and security event tokens with the same keys, for the same audience. Only `typ` tells them apart:
// an access token has `at+jwt`.
import { isUid, type Endpoints } from '../../fxa/environments.ts';
import { authenticationOf, type IntrospectedToken } from '../../fxa/introspection.ts';
import { Refusal } from '../security-events/refusal.ts';
import { parseObject, verifySignature, type FindKey } from '../security-events/signature.ts';

/** RFC 7515, section 4.1.9: media types have no case, and may leave out `application/`. */
const ACCESS_TOKEN = /^(?:application\/)?at\+jwt$/i;

/**
 * Reads a JWT's claims without verifying its signature. Undefined when it can't be a valid access token: wrong type or
 * issuer, not for the client it names, or expired. `now` in milliseconds. Pure.
 *
 * FxA: `sub` is the uid, or a pairwise subject where the client is set up so.
 */
export function readAccessJwt(
  token: string,
  { issuer, dialect, now }: Pick<Endpoints, 'issuer' | 'dialect'> & { readonly now: number },
): IntrospectedToken | undefined {
  const [head, body, , ...more] = token.split('.');
  if (head === undefined || body === undefined || more.length > 0) return undefined;
  const header = read(head);
  const claims = read(body);
  const { iss, aud, sub: uid, client_id: clientId, scope, iat, exp } = claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (typeof header.typ !== 'string' || !ACCESS_TOKEN.test(header.typ)) return undefined;
  // RFC 8417, section 4.5: a security event token is not a credential.
  if ('events' in claims) return undefined;
  if (iss !== issuer && iss !== `${issuer}/`) return undefined;
  if (typeof clientId !== 'string' || !audiences.includes(clientId)) return undefined;
  if (!isUid(uid, dialect) || typeof scope !== 'string') return undefined;
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp * 1000 <= now) return undefined;
  const times = { issuedAt: iat * 1000, expiresAt: exp * 1000 };
  return { uid, clientId, scope, ...times, ...authenticationOf(claims, now) };
}

/** Whether one of Mozilla accounts' keys signed it; throws KeysUnavailable when they can't be fetched now. */
export async function isSigned(token: string, findKey: FindKey): Promise<boolean> {
  try {
    await verifySignature(token, findKey);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function read(part: string) {
  try {
    return parseObject(Buffer.from(part, 'base64url'));
  } catch {
    return {};
  }
}
