// Signs id_tokens in FxA's format with generated keys.
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK, JWTHeaderParameters, JWTPayload } from 'jose';
import { ACCESS_TOKEN, CLIENT_ID, ORIGIN } from './deployment.ts';

/** Milliseconds: the current time in tests that use these tokens. */
export const NOW = Date.parse('2026-11-21T10:00:00Z');
export const SUB = 'dd'.repeat(16);

export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  jwk: JWK;
}

export async function signingKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid } };
}

/** FxA's claims, expiring after five minutes. */
export async function claims(change: JWTPayload = {}): Promise<JWTPayload> {
  const iat = NOW / 1000;
  return {
    iss: ORIGIN,
    sub: SUB,
    aud: CLIENT_ID,
    iat,
    exp: iat + 300,
    amr: ['pwd', 'email'],
    acr: 'AAL1',
    'fxa-aal': 1,
    at_hash: await atHash(ACCESS_TOKEN),
    ...change,
  };
}

export async function idToken(
  key: SigningKey,
  payload: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
) {
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
    .sign(key.privateKey);
}

export async function atHash(accessToken: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken));
  return Buffer.from(digest).subarray(0, 16).toString('base64url');
}
