// Creates SETs as FxA does, and variations of them, with keys made for the test.
import { createSign, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Client } from '../../clients.ts';

export const ISSUER = 'http://127.0.0.1:9720';
/** Milliseconds: the current time in tests of these tokens. */
export const NOW = Date.parse('2026-11-21T10:00:00.250Z');
export const SUB = 'dd'.repeat(16);
export const JTI = '0b9f6c2e-6b4d-4f0e-9a57-3a8f0c5f1d11';
export const EVENT = 'https://schemas.accounts.firefox.com/event/';

export const client = (clientId: string, name: string): Client => ({
  clientId,
  name,
  scope: 'profile:uid',
  space: 'notes',
  jwt: false,
});
export const FIREFOX = client('a1b2c3d4e5f60001', 'firefox');
export const CHROMIUM = client('a1b2c3d4e5f60002', 'chromium');
export const CLIENTS = new Map([FIREFOX, CHROMIUM].map((one) => [one.clientId, one]));

export interface Signer {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** As listed in a key set. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

export function signer(kid: string, bits = 2048): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return {
    kid,
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' },
  };
}

export const PASSWORD_CHANGE = { [`${EVENT}password-change`]: { changeTime: NOW - 5000 } };

/** FxA's claims, with a fractional `iat`. Changing a claim to undefined removes it. */
export function claims(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: ISSUER,
    sub: SUB,
    aud: FIREFOX.clientId,
    iat: NOW / 1000 - 1.5,
    jti: JTI,
    events: PASSWORD_CHANGE,
    ...change,
  };
}

export function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** Signs `<header>.<payload>`, valid or not. */
export function seal(head: string, body: string, { privateKey }: Signer, algorithm = 'RSA-SHA256'): string {
  const signature = createSign(algorithm).update(`${head}.${body}`).sign(privateKey);
  return `${head}.${body}.${signature.toString('base64url')}`;
}

/** FxA: the header has only `alg` and `kid`. */
export function set(by: Signer, payload: unknown = claims(), header: object = {}): string {
  return seal(encode({ alg: 'RS256', kid: by.kid, ...header }), encode(payload), by);
}
