/** Signs security event tokens as the event broker does. */
import { KeyObject, randomUUID, sign as signBytes } from 'node:crypto';
import { createKeys, type Keys } from '../keys.ts';
import { eventUri, type Payload } from './event.ts';

/** What a token says, and in what it is to differ from the broker's. */
export interface SetOptions {
  readonly clientId: string;
  readonly uid: string;
  /** A name such as `password-change`, or any URI. */
  readonly event: string;
  readonly payload: Payload;
  /** Signed with a key that is not the published one of that name. */
  readonly wrongKey?: boolean;
  /** Claims to set otherwise; undefined leaves one out. */
  readonly claims?: Payload;
  /** Members of the header to set otherwise; undefined leaves one out. */
  readonly header?: Payload;
}

export type Sign = (options: SetOptions) => Promise<string>;

/** The issuer, its keys and its clock in milliseconds. */
interface Signatory {
  readonly origin: string;
  readonly keys: Keys;
  readonly now: () => number;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A signer. Every call makes a new token, with a new `jti` and the instant of the call. FxA: `iat` has a fraction; there is no
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
    // Not by jose: it refuses headers that no broker sends, and those are to be tried as well.
    const signed = `${part({ alg: 'RS256', kid: published.kid, ...header })}.${part(body)}`;
    const signature = signBytes('sha256', Buffer.from(signed), KeyObject.from(privateKey));
    return `${signed}.${signature.toString('base64url')}`;
  };
}
