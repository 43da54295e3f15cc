// Makes SETs as FxA does, and all that is not quite one, with keys made for the test.
import { createSign, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Client } from '../../clients.ts';

export const ISSUER = 'http://127.0.0.1:9720';
/** Milliseconds: the instant at which tests look at the tokens made here. */
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
  /** As a key set lists it. */
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

/** FxA's claims; `iat` with its fraction. A change to undefined takes a claim away. */
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

/** Signs `<header>.<payload>` whatever they are. */
export function seal(head: string, body: string, { privateKey }: Signer, algorithm = 'RSA-SHA256'): string {
  const signature = createSign(algorithm).update(`${head}.${body}`).sign(privateKey);
  return `${head}.${body}.${signature.toString('base64url')}`;
}

/** FxA: the header is `alg` and `kid`, and nothing else. */
export function set(by: Signer, payload: unknown = claims(), header: object = {}): string {
  return seal(encode({ alg: 'RS256', kid: by.kid, ...header }), encode(payload), by);
}
