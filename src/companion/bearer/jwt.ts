// JWT access tokens (RFC 9068), which Mozilla accounts issues to some clients.
//
// FxA signs id_tokens and security event tokens with the same keys, for the same audience. What tells them apart is `typ`:
// nothing but `at+jwt` is an access token.
import type { IntrospectedToken } from '../../fxa/introspection.ts';
import type { KeySet } from '../security-events/key-set.ts';
import { Refusal } from '../security-events/refusal.ts';
import { parseObject, verifySignature } from '../security-events/signature.ts';

/** RFC 7515, section 4.1.9: media types have no case, and may leave out `application/`. */
const ACCESS_TOKEN = /^(?:application\/)?at\+jwt$/i;

/**
 * What a JWT says of itself, unproved. Undefined for what could not be a good access token, whoever signed it: of another
 * type, of another issuer, not for the client it names, past its end. `now` in milliseconds. Pure.
 *
 * FxA: `sub` is the uid, or another name for the person where the client is set up so.
 */
export function readAccessJwt(
  token: string,
  { issuer, now }: { readonly issuer: string; readonly now: number },
): IntrospectedToken | undefined {
  const [head, body, , ...more] = token.split('.');
  if (head === undefined || body === undefined || more.length > 0) return undefined;
  const header = read(head);
  const claims = read(body);
  const { iss, aud, sub: uid, client_id: clientId, scope, iat, exp, jti } = claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (typeof header.typ !== 'string' || !ACCESS_TOKEN.test(header.typ)) return undefined;
  // RFC 8417, section 4.5: an event is no credential.
  if ('events' in claims) return undefined;
  if (iss !== issuer && iss !== `${issuer}/`) return undefined;
  if (typeof clientId !== 'string' || !audiences.includes(clientId)) return undefined;
  if (typeof uid !== 'string' || !/^[0-9a-f]{32}$/.test(uid) || typeof scope !== 'string') return undefined;
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp * 1000 <= now) return undefined;
  const id = typeof jti === 'string' ? { id: jti } : {};
  return { uid, clientId, scope, issuedAt: iat * 1000, expiresAt: exp * 1000, ...id };
}

/**
 * Whether one of the keys of Mozilla accounts signed it.
 *
 * @throws KeysUnavailable when that cannot be known now.
 */
export async function isSigned(token: string, keys: KeySet): Promise<boolean> {
  try {
    await verifySignature(token, keys.find);
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
