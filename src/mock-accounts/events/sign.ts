/** Signs security event tokens (RFC 8417) like the event broker. */
import { KeyObject, randomUUID, sign as signBytes } from 'node:crypto';
import { createKeys, type Keys } from '../keys.ts';
import { eventUri, type Payload } from './event.ts';

/** The contents of a token, and its differences from the broker's. */
export interface SetOptions {
  readonly clientId: string;
  readonly uid: string;
  /** A name such as `password-change`, or any URI. */
  readonly event: string;
  readonly payload: Payload;
  /** Signs with another key than the published one of that `kid`. */
  readonly wrongKey?: boolean;
  /** Claims to override; undefined removes one. */
  readonly claims?: Payload;
  /** Header members to override; undefined removes one. */
  readonly header?: Payload;
}

export type Sign = (options: SetOptions) => Promise<string>;

/** The issuer, its keys, and its clock in milliseconds. */
interface Signatory {
  readonly origin: string;
  readonly keys: Keys;
  readonly now: () => number;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A signer. Each call returns a new token, with a new `jti` and the current time. FxA: `iat` is fractional; there is no
 * `exp`, and no `typ` in the header.
 */
export function createSigner({ origin, keys, now }: Signatory): Sign {
  const strangers = createKeys(now);
  return async ({ clientId, uid, event, payload, wrongKey = false, claims, header }) => {
    const published = await keys.active();
    const { privateKey } = wrongKey ? await strangers.active() : published;
    const body = {
      iss: origin,
      sub: uid,
      aud: clientId,
      iat: now() / 1000,
      jti: randomUUID(),
      events: { [eventUri(event)]: payload },
      ...claims,
    };
    // Not with jose, which rejects unusual headers that tests need.
    const signed = `${part({ alg: 'RS256', kid: published.kid, ...header })}.${part(body)}`;
    const signature = signBytes('sha256', Buffer.from(signed), KeyObject.from(privateKey));
    return `${signed}.${signature.toString('base64url')}`;
  };
}
