/** Signing keys, generated on first use, and their public part as JWKS. */
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

export interface Keys {
  active(): Promise<SigningKey>;
  /** The public keys: the active one, then one that never signs. */
  published(): Promise<JWK[]>;
}

async function makeKey(createdAt: number): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const { n, e } = await exportJWK(publicKey);
  const day = new Date(createdAt).toISOString().slice(0, 10).replaceAll('-', '');
  const print = await calculateJwkThumbprint({ kty: 'RSA', n: n ?? '', e: e ?? '' });
  const kid = `${day}-${Buffer.from(print, 'base64url').toString('hex').slice(0, 8)}`;
  // FxA: fxa-createdAt is in seconds, rounded down to the hour.
  const rounded = Math.floor(createdAt / 3_600_000) * 3600;
  const publicJwk = {
    kty: 'RSA',
    alg: 'RS256',
    kid,
    'fxa-createdAt': rounded,
    use: 'sig',
    n: n ?? '',
    e: e ?? '',
  };
  return { kid, privateKey, publicKey, publicJwk };
}

/** Keys that are generated on first use. `now` returns milliseconds. */
export function createKeys(now: () => number): Keys {
  let active: Promise<SigningKey> | undefined;
  let other: Promise<SigningKey> | undefined;
  const activeKey = () => (active ??= makeKey(now()));
  return {
    active: activeKey,
    async published() {
      other ??= makeKey(now());
      return [(await activeKey()).publicJwk, (await other).publicJwk];
    },
  };
}
