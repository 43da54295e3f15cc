// Verifies security event tokens (RFC 8417) as Mozilla accounts sends them.
//
// FxA signs ID tokens and access tokens with the same keys, for the same issuer and audience, and gives a SET no `typ`.
// They differ by `events`, which only a SET has, and by the `typ` of access tokens (RFC 8725, sections 3.11 and 3.12).
import { isUid, type Endpoints } from '../../fxa/environments.ts';
import { withoutSlash } from '../../fxa/secure-url.ts';
import type { Client, Clients } from '../clients.ts';
import { readEvents } from './events.ts';
import { Refusal } from './refusal.ts';
import { parseObject, verifySignature } from './signature.ts';
import type { Claims, FindKey } from './signature.ts';
import type { VerifiedSet } from './types.ts';

export interface SetPolicy {
  /** A trailing slash does not matter. */
  readonly issuer: string;
  readonly clients: Clients;
  readonly findKey: FindKey;
  /** Which server gave the subjects now. Default: FxA. */
  readonly dialect?: () => Endpoints['dialect'];
  /** Milliseconds. */
  readonly now: () => number;
}

/** Returns a SET's content. Rejects with Refusal when it is invalid, KeysUnavailable when that can't be told now. */
export type VerifySet = (token: string) => Promise<VerifiedSet>;

// Seconds. FxA: every delivery attempt is signed anew, so an old token is a replay; and real ones have arrived slightly
// from the future.
const LONGEST_WAY = 86_400;
const CLOCK_SLACK = 60;
/** For `createClocks`: what a clock may be off by before tokens are refused. */
export const CLOCK_LIMITS = { slack: CLOCK_SLACK, oldest: LONGEST_WAY };

const LONGEST_JTI = 256;

/** Creates a verifier for one issuer and its clients. */
export function createSetVerifier({ issuer, clients, findKey, dialect, now }: SetPolicy): VerifySet {
  const expectedIssuer = withoutSlash(issuer);
  return async (token) => {
    const { typ, payload } = await verifySignature(token, findKey);
    if (!isSetType(typ)) throw new Refusal('type');
    const { iss, sub, aud, jti, iat, exp, nbf, events } = parseObject(payload);
    if (typeof iss !== 'string' || withoutSlash(iss) !== expectedIssuer) throw new Refusal('issuer');
    const client = clientOf(aud, clients);
    if (!isUid(sub, dialect?.())) throw new Refusal('subject');
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) throw new Refusal('id');
    const issuedAt = checkedTime({ iat, exp, nbf }, now() / 1000);
    return { client, subject: sub, jti, issuedAt, ...readEvents(events, issuedAt) };
  };
}

// RFC 8417, section 2.3, recommends `secevent+jwt`; RFC 7519, section 5.1, allows `JWT`, and `application/` before
// either.
function isSetType(typ: unknown): boolean {
  return (
    typ === undefined || (typeof typ === 'string' && /^(?:application\/)?(?:secevent\+)?jwt$/i.test(typ))
  );
}

/** A token with several audiences is refused, since another recipient could have forwarded it. */
function clientOf(aud: unknown, clients: Clients): Client {
  const audience: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  const client = typeof audience === 'string' ? clients.get(audience) : undefined;
  if (!client) throw new Refusal('audience');
  return client;
}

/**
 * Checks `iat`, `exp` and `nbf`; returns when it was signed, in milliseconds. `now` in seconds, as the claims; FxA:
 * `iat` has a fraction.
 */
function checkedTime({ iat, exp, nbf }: Claims, now: number): number {
  if (typeof iat !== 'number' || !(now - iat <= LONGEST_WAY)) throw new Refusal('stale');
  if (iat - now > CLOCK_SLACK) throw new Refusal('future');
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf - now <= CLOCK_SLACK))
    throw new Refusal('future');
  if (exp !== undefined && !(typeof exp === 'number' && now - exp < CLOCK_SLACK))
    throw new Refusal('expired');
  return Math.floor(iat * 1000);
}
