/**
 * Scoped keys as the sign-in page makes them: derived from the account's secret, and encrypted to the key the client
 * sent. The real page does this in the browser, so that no server ever sees a key; here the page is made on the server.
 */
import { createHash, hkdfSync } from 'node:crypto';
import { CompactEncrypt, importJWK, type JWK } from 'jose';
import { type KeyData, scopedKeyData } from '../auth/scoped-key-data.ts';
import type { Account } from '../store/types.ts';
import type { PageRequest } from './request.ts';

/** FxA: their keys are those that Sync had before there were scopes. */
const SYNC_SCOPES: readonly string[] = [
  'https://identity.mozilla.com/apps/oldsync',
  'https://identity.thunderbird.net/apps/sync',
];

export interface MadeKey {
  readonly kty: 'oct';
  readonly scope: string;
  readonly k: string;
  readonly kid: string;
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function hkdf(secret: Buffer, salt: Buffer, info: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, length));
}

/** FxA: 32 bytes for a scope of its own, with a timestamp in seconds; for Sync 64 bytes, and milliseconds. */
export function deriveKey(account: Pick<Account, 'uid' | 'kB'>, data: KeyData): MadeKey {
  const { identifier: scope, keyRotationTimestamp: changedAt } = data;
  const kB = Buffer.from(account.kB, 'hex');
  if (SYNC_SCOPES.includes(scope)) {
    const k = hkdf(kB, Buffer.alloc(0), 'identity.mozilla.com/picl/v1/oldsync', 64);
    const print = createHash('sha256').update(kB).digest().subarray(0, 16);
    return { kty: 'oct', scope, k: encode(k), kid: `${changedAt}-${encode(print)}` };
  }
  const secret = Buffer.concat([kB, Buffer.from(data.keyRotationSecret, 'hex')]);
  const info = `identity.mozilla.com/picl/v1/scoped_key\n${scope}`;
  const made = hkdf(secret, Buffer.from(account.uid, 'hex'), info, 48);
  const kid = `${Math.round(changedAt / 1000)}-${encode(made.subarray(0, 16))}`;
  return { kty: 'oct', scope, k: encode(made.subarray(16)), kid };
}

/**
 * The bundle for this request as a compact JWE; undefined if it would be empty, which FxA does not report. Throws when
 * the client sent an unusable key, or may not have the scopes.
 */
export async function makeKeysJwe(request: PageRequest, account: Account): Promise<string | undefined> {
  const { client, keysJwk, scope, wantsKeys } = request;
  if (!wantsKeys || keysJwk === undefined) return undefined;
  const keys = Object.values(scopedKeyData(client, account, scope)).map((data) => deriveKey(account, data));
  if (keys.length === 0) return undefined;
  const recipient = await importJWK(
    JSON.parse(Buffer.from(keysJwk, 'base64url').toString()) as JWK,
    'ECDH-ES',
  );
  const bundle = Object.fromEntries(keys.map((key) => [key.scope, key]));
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(bundle)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .encrypt(recipient);
}
