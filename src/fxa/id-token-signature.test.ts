// The form of a token and of a key; what else is refused is in id-token-keys.test.ts.
import { exportJWK, generateKeyPair } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { verifiedPayload, type PublicKey } from './id-token-signature.ts';
import { failure } from './testing/deployment.ts';

const text = new TextEncoder();
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const encoded = (value: unknown) => base64url(text.encode(JSON.stringify(value)));
const HEADER = { alg: 'RS256', kid: 'one' };

let pair: CryptoKeyPair;
let key: PublicKey;
beforeAll(async () => {
  pair = await generateKeyPair('RS256', { extractable: true });
  key = await exportJWK(pair.publicKey);
});

async function signed(header: unknown, payload = '{}'): Promise<string> {
  const input = `${encoded(header)}.${base64url(text.encode(payload))}`;
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', pair.privateKey, text.encode(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}

describe('a token', () => {
  it('returns its exact payload when the signature matches the named key', async () => {
    const asked = vi.fn(() => Promise.resolve(key));
    const said = await verifiedPayload(await signed(HEADER, '{"a":"ä\\n"}'), asked);
    expect(new TextDecoder().decode(said)).toBe('{"a":"ä\\n"}');
    expect(asked).toHaveBeenCalledExactlyOnceWith('one');
  });

  it.each<[string, unknown, string]>([
    ['without an algorithm', { kid: 'one' }, 'id_token_malformed'],
    ['without a signature', { ...HEADER, alg: 'none' }, 'id_token_algorithm'],
    ['under a shared secret', { ...HEADER, alg: 'HS256' }, 'id_token_algorithm'],
    ['with another padding', { ...HEADER, alg: 'PS256' }, 'id_token_algorithm'],
    ['whose payload is not encoded', { ...HEADER, crit: ['b64'], b64: false }, 'id_token_malformed'],
    ['with an empty list of what is critical', { ...HEADER, crit: [] }, 'id_token_malformed'],
    ['that names no key', { alg: 'RS256' }, 'id_token_key'],
    ['whose header is a list', [HEADER], 'id_token_malformed'],
    ['whose header is null', null, 'id_token_malformed'],
  ])('%s is rejected before a key is requested', async (_what, header, reason) => {
    const asked = vi.fn(() => Promise.resolve(key));
    expect(await failure(verifiedPayload(await signed(header), asked))).toMatchObject({ reason });
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
      const refused = await failure(verifiedPayload(odd, () => Promise.resolve(key)));
      expect(refused, odd).toMatchObject({ code: 'bad_response', reason: 'id_token_malformed' });
    }
  });

  it('changed anywhere is rejected', async () => {
    const [header, , signature] = (await signed(HEADER)).split('.');
    const other = `${header}.${encoded({ sub: 'other' })}.${signature}`;
    expect(await failure(verifiedPayload(other, () => Promise.resolve(key)))).toMatchObject({
      reason: 'id_token_signature',
    });
  });
});

describe('a key', () => {
  it.each<[string, (key: PublicKey) => PublicKey]>([
    ['without a modulus', ({ n: _, ...others }) => others],
    ['with an invalid modulus', (own) => ({ ...own, n: '%' })],
    ['without an exponent', ({ e: _, ...others }) => others],
    ['of another type', (own) => ({ ...own, kty: 'oct', k: 'c2VjcmV0' })],
    ['that is a private one', (own) => ({ ...own, d: 'AQAB' })],
    ['that is to encrypt with', (own) => ({ ...own, key_ops: ['encrypt'] })],
    ['with odd uses', (own) => ({ ...own, key_ops: 'verify' })],
  ])('%s is rejected', async (_what, change) => {
    const refused = failure(verifiedPayload(await signed(HEADER), () => Promise.resolve(change(key))));
    expect(await refused).toMatchObject({ code: 'bad_response', reason: 'keys' });
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
    const short = await exportJWK(publicKey);
    expect(await failure(verifiedPayload(await signed(HEADER), () => Promise.resolve(short)))).toMatchObject({
      reason: 'keys',
    });
  });

  it('for verifying is accepted', async () => {
    const own = { ...key, key_ops: ['verify'] };
    await expect(verifiedPayload(await signed(HEADER), () => Promise.resolve(own))).resolves.toBeDefined();
  });
});
