// The form of a token and of a key; what else is refused is in id-token-keys.test.ts.
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyIdToken } from './id-token.ts';
import { ACCESS_TOKEN, deployment, failure } from './testing/deployment.ts';
import { NOW, claims } from './testing/id-token.ts';

const text = new TextEncoder();
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const encoded = (value: unknown) => base64url(text.encode(JSON.stringify(value)));
const HEADER = { alg: 'RS256', kid: 'one' };

let pair: CryptoKeyPair;
let key: JWK;
beforeAll(async () => {
  pair = await generateKeyPair('RS256', { extractable: true });
  key = { ...(await exportJWK(pair.publicKey)), kid: 'one' };
});

const verify = (token: string, keySource: () => Promise<unknown>) =>
  verifyIdToken(
    deployment(),
    token,
    { accessToken: ACCESS_TOKEN, now: NOW, keySource },
    { fetch: () => Promise.reject(new Error('the keys are given')) },
  );
const verifyWith = (token: string, ...keys: JWK[]) => verify(token, () => Promise.resolve({ keys }));

async function signed(header: unknown, payload?: string): Promise<string> {
  payload ??= JSON.stringify(await claims());
  const input = `${encoded(header)}.${base64url(text.encode(payload))}`;
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', pair.privateKey, text.encode(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}

describe('a token', () => {
  it('whose signature matches the named key is accepted', async () => {
    const asked = vi.fn(() => Promise.resolve({ keys: [key] }));
    await expect(verify(await signed(HEADER), asked)).resolves.toMatchObject({ iat: NOW / 1000 });
    expect(asked).toHaveBeenCalledExactlyOnceWith('one');
  });

  it('that names no key is accepted only if exactly one fits', async () => {
    const token = await signed({ alg: 'RS256' });
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const other = { ...(await exportJWK(publicKey)), kid: 'two' };
    await expect(verifyWith(token, key)).resolves.toBeDefined();
    await expect(verifyWith(token, key, { ...other, use: 'enc' })).resolves.toBeDefined();
    expect(await failure(verifyWith(token, key, other))).toMatchObject({ reason: 'id_token_key' });
    expect(await failure(verifyWith(token, { ...other, kid: 'one' }))).toMatchObject({
      reason: 'id_token_signature',
    });
  });

  it.each<[string, unknown, string]>([
    ['without an algorithm', { kid: 'one' }, 'id_token_malformed'],
    ['without a signature', { ...HEADER, alg: 'none' }, 'id_token_algorithm'],
    ['under a shared secret', { ...HEADER, alg: 'HS256' }, 'id_token_algorithm'],
    ['with another padding', { ...HEADER, alg: 'PS256' }, 'id_token_algorithm'],
    ['whose payload is not encoded', { ...HEADER, crit: ['b64'], b64: false }, 'id_token_malformed'],
    ['with an empty list of what is critical', { ...HEADER, crit: [] }, 'id_token_malformed'],
    ['whose header is a list', [HEADER], 'id_token_malformed'],
    ['whose header is null', null, 'id_token_malformed'],
  ])('%s is rejected before a key is requested', async (_what, header, reason) => {
    const asked = vi.fn(() => Promise.resolve({ keys: [key] }));
    expect(await failure(verify(await signed(header), asked))).toMatchObject({ reason });
    expect(asked).not.toHaveBeenCalled();
  });

  it('not made of three base64url parts is rejected', async () => {
    const token = await signed(HEADER);
    const [header, payload, signature] = token.split('.');
    for (const odd of [
      '',
      `${header}.${payload}`,
      `${token}.`,
      `${token}.${payload}`,
      `${header}..${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature}=`,
      `${header}.${payload}.${signature}%`,
      ` ${token}`,
      `${header}.a.${signature}`,
    ]) {
      const refused = await failure(verifyWith(odd, key));
      expect(refused.code, odd).toBe('bad_response');
      expect(refused.reason, odd).toMatch(/^id_token_(malformed|signature)$/);
    }
  });

  it('changed anywhere is rejected', async () => {
    const [header, , signature] = (await signed(HEADER)).split('.');
    const other = `${header}.${encoded({ sub: 'other' })}.${signature}`;
    expect(await failure(verifyWith(other, key))).toMatchObject({
      reason: 'id_token_signature',
    });
  });
});

describe('a key', () => {
  it.each<[string, (key: JWK) => JWK, string?]>([
    ['without a modulus', ({ n: _, ...others }) => others],
    ['with an invalid modulus', (jwk) => ({ ...jwk, n: '%' })],
    ['without an exponent', ({ e: _, ...others }) => others],
    ['of another type', (jwk) => ({ ...jwk, kty: 'oct', k: 'c2VjcmV0' }), 'id_token_key'],
    ['that is a private one', (jwk) => ({ ...jwk, d: 'AQAB' })],
    ['that is to encrypt with', (jwk) => ({ ...jwk, key_ops: ['encrypt'] }), 'id_token_key'],
    ['with odd uses', (jwk) => ({ ...jwk, key_ops: 'verify' as never }), 'id_token_key'],
  ])('%s is rejected', async (_what, change, reason = 'keys') => {
    const refused = failure(verifyWith(await signed(HEADER), change(key)));
    expect(await refused).toMatchObject({ code: 'bad_response', reason });
  });

  it('that is too short is rejected', async () => {
    const { publicKey } = await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        modulusLength: 1024,
        publicExponent: Uint8Array.of(1, 0, 1),
      },
      true,
      ['sign', 'verify'],
    );
    const short = { ...(await exportJWK(publicKey)), kid: 'one' };
    expect(await failure(verifyWith(await signed(HEADER), short))).toMatchObject({ reason: 'keys' });
  });

  it('for verifying is accepted', async () => {
    const jwk = { ...key, key_ops: ['verify'] };
    await expect(verifyWith(await signed(HEADER), jwk)).resolves.toBeDefined();
  });
});
