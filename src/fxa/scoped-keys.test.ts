import * as fc from 'fast-check';
import { CompactEncrypt, importJWK } from 'jose';
import type { CompactJWEHeaderParameters } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { authorizationUrl } from './authorization.ts';
import { compareScopedKeys, newKeyRequest, openScopedKeys } from './scoped-keys.ts';
import type { ScopedKeys } from './scoped-keys.ts';
import { deployment, failure } from './testing/deployment.ts';

const NOTES = 'https://identity.mozilla.com/apps/notes';
const SYNC = 'https://identity.mozilla.com/apps/oldsync';
const PRINT = 'Voc-Eb9IpoTINuo9ll7bjA';
const key = { kty: 'oct', k: Buffer.alloc(32, 1).toString('base64url'), kid: `1510726317-${PRINT}` } as const;
const syncKey = {
  kty: 'oct',
  k: Buffer.alloc(64, 2).toString('base64url'),
  kid: `1510726317123-${PRINT}`,
} as const;

let request: Awaited<ReturnType<typeof newKeyRequest>>;
beforeAll(async () => {
  request = await newKeyRequest();
});

/** What FxA's page does with the bundle; `raw` is encrypted as it is. */
async function encrypted(
  bundle: unknown,
  header: Partial<CompactJWEHeaderParameters> = {},
  raw?: Uint8Array,
) {
  const publicJwk = JSON.parse(Buffer.from(request.keysJwk, 'base64url').toString()) as object;
  const recipient = await importJWK({ ...publicJwk, kty: 'EC' }, 'ECDH-ES');
  const plaintext = raw ?? new TextEncoder().encode(JSON.stringify(bundle));
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', ...header })
    .encrypt(recipient);
}
const open = async (bundle: unknown, scopes: readonly string[] = [NOTES]) =>
  openScopedKeys(await encrypted(bundle), request.privateJwk, scopes);

describe('newKeyRequest', () => {
  it('returns a public key for the authorization request, without the private part', () => {
    const sent = JSON.parse(Buffer.from(request.keysJwk, 'base64url').toString()) as JsonWebKey;
    expect(Object.keys(sent).sort()).toEqual(['crv', 'kty', 'x', 'y']);
    const url = authorizationUrl(deployment(), {
      redirectUri: 'https://client.example/',
      scope: ['openid', NOTES],
      state: 'state',
      codeChallenge: 'c'.repeat(43),
      keysJwk: request.keysJwk,
    });
    expect(new URL(url).searchParams.get('keys_jwk')).toBe(request.keysJwk);
  });

  it('returns a new key each time, which can be stored as JSON', async () => {
    const { privateJwk } = request;
    expect((await newKeyRequest()).privateJwk.d).not.toBe(privateJwk.d);
    const stored = JSON.parse(JSON.stringify(privateJwk)) as JsonWebKey;
    expect(stored).toEqual(privateJwk);
    await expect(openScopedKeys(await encrypted({ [NOTES]: key }), stored, [NOTES])).resolves.toEqual({
      [NOTES]: key,
    });
  });
});

describe('openScopedKeys', () => {
  it('returns the requested keys, and drops other scopes and members', async () => {
    const bundle = { [NOTES]: { ...key, scope: NOTES, more: 1 }, [SYNC]: syncKey, other: { kty: 'EC' } };
    expect(await open(bundle)).toEqual({ [NOTES]: key });
    expect(await open(bundle, [SYNC, NOTES])).toEqual({ [NOTES]: key, [SYNC]: syncKey });
  });

  it('returns keys that WebCrypto can import', async () => {
    const { [NOTES]: opened } = await open({ [NOTES]: key });
    if (opened === undefined) throw new Error('no key');
    const imported = await crypto.subtle.importKey('jwk', opened, 'AES-GCM', false, ['encrypt']);
    expect(imported.algorithm).toMatchObject({ length: 256 });
  });

  it('reports missing keys without a bundle, or without a requested scope', async () => {
    const missing = { code: 'bad_response', reason: 'keys_missing' };
    await expect(failure(openScopedKeys(undefined, request.privateJwk, [NOTES]))).resolves.toMatchObject(
      missing,
    );
    await expect(failure(open({ [NOTES]: key }, [NOTES, SYNC]))).resolves.toMatchObject(missing);
    await expect(failure(open({ [NOTES]: key }, ['toString']))).resolves.toMatchObject(missing);
  });

  it.each([
    ['another type of key', { ...key, kty: 'EC' }],
    ['no key', { ...key, k: undefined }],
    ['31 bytes', { ...key, k: Buffer.alloc(31).toString('base64url') }],
    ['33 bytes', { ...key, k: Buffer.alloc(33).toString('base64url') }],
    ['48 bytes', { ...key, k: Buffer.alloc(48).toString('base64url') }],
    ['65 bytes', { ...key, k: Buffer.alloc(65).toString('base64url') }],
    ['bits beyond its bytes', { ...key, k: `${key.k.slice(0, -1)}B` }],
    ['plain base64', { ...key, k: Buffer.alloc(32, 255).toString('base64') }],
    ['padding', { ...key, k: `${key.k}=` }],
    ['a number for a key', { ...key, k: 1 }],
    ['no kid', { ...key, kid: undefined }],
    ['a kid without a timestamp', { ...key, kid: PRINT }],
    ['a kid with a date', { ...key, kid: `20170101123456-${PRINT}` }],
    ['a kid with a negative timestamp', { ...key, kid: `-1510726317-${PRINT}` }],
    ['a short fingerprint', { ...key, kid: key.kid.slice(0, -1) }],
    ['the key of another scope', { ...key, scope: SYNC }],
    ['null', null],
    ['a string', 'key'],
    ['a list', [key]],
  ])('rejects %s', async (_what, value) => {
    const refused = { code: 'bad_response', reason: 'keys_malformed' };
    await expect(failure(open({ [NOTES]: value }))).resolves.toMatchObject(refused);
  });

  it.each([[[]], ['text'], [null], [7]])('rejects the bundle %j', async (bundle) => {
    await expect(failure(open(bundle))).resolves.toMatchObject({ reason: 'keys_malformed' });
  });

  it('rejects a bundle that is not UTF-8 or not JSON, without quoting it', async () => {
    for (const text of [Buffer.from([0x22, 0xff, 0x22]), Buffer.from('{"k":"secret-key-material')]) {
      const jwe = await encrypted(undefined, {}, new Uint8Array(text));
      const error = await failure(openScopedKeys(jwe, request.privateJwk, [NOTES]));
      expect(error).toMatchObject({ reason: 'keys_malformed' });
      expect(error.cause).toBeUndefined();
      expect(error.message).not.toContain('secret');
    }
  });

  it.each<[string, Partial<CompactJWEHeaderParameters>]>([
    ['compressed', { zip: 'DEF' }],
    ['with another content encryption', { enc: 'A128GCM' }],
    ['with a block cipher', { enc: 'A256CBC-HS512' }],
    ['with a wrapped key', { alg: 'ECDH-ES+A256KW' }],
  ])('rejects a bundle %s', async (_what, header) => {
    const jwe = await encrypted({ [NOTES]: key }, header);
    await expect(failure(openScopedKeys(jwe, request.privateJwk, [NOTES]))).resolves.toMatchObject({
      reason: 'keys_malformed',
    });
  });

  it('rejects critical extensions, even known ones', async () => {
    const recipient = await importJWK({ ...request.privateJwk, d: undefined, kty: 'EC' } as never, 'ECDH-ES');
    const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify({ [NOTES]: key })))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', crit: ['urn:x'], 'urn:x': 1 })
      .encrypt(recipient, { crit: { 'urn:x': true } });
    await expect(failure(openScopedKeys(jwe, request.privateJwk, [NOTES]))).resolves.toMatchObject({
      reason: 'keys_malformed',
    });
  });

  it('rejects foreign and malformed private keys', async () => {
    const jwe = await encrypted({ [NOTES]: key });
    const other = (await newKeyRequest()).privateJwk;
    const { d: _, ...withoutPrivatePart } = request.privateJwk;
    for (const wrong of [other, withoutPrivatePart, {}, { ...request.privateJwk, crv: 'P-384' }, null]) {
      await expect(failure(openScopedKeys(jwe, wrong as JsonWebKey, [NOTES]))).resolves.toMatchObject({
        reason: 'keys_malformed',
      });
    }
  });

  it('accepts the size of three scopes, and rejects larger bundles', async () => {
    const bundle = Object.fromEntries(
      ['notes', 'lockbox', 'send'].map((app) => {
        const scope = `https://identity.mozilla.com/apps/${app}`;
        return [scope, { ...key, scope }];
      }),
    );
    expect((await encrypted(bundle)).length).toBeGreaterThan(1024);
    expect(await open(bundle)).toEqual({ [NOTES]: key });
    const long = { ...bundle, filler: 'x'.repeat(1024) };
    await expect(failure(open(long))).resolves.toMatchObject({ reason: 'keys_malformed' });
  });

  it('rejects any altered JWE', async () => {
    const jwe = await encrypted({ [NOTES]: key });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(jwe.length - 1),
        fc.constantFrom('A', 'B', 'Q', 'g', 'w', '_', '-', '.', '='),
        async (at, letter) => {
          const changed = jwe.slice(0, at) + letter + jwe.slice(at + 1);
          fc.pre(changed !== jwe);
          const outcome = await failure(openScopedKeys(changed, request.privateJwk, [NOTES]));
          expect(outcome).toMatchObject({ code: 'bad_response', reason: 'keys_malformed' });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('compareScopedKeys', () => {
  const at = (seconds: number, print = PRINT) => ({ ...key, kid: `${seconds}-${print}` });
  const other = 'Aoc-Eb9IpoTINuo9ll7bjA';

  it.each<[ReturnType<typeof compareScopedKeys>, string, ScopedKeys, ScopedKeys]>([
    ['same', 'nothing changed', { [NOTES]: key }, { [NOTES]: { ...key } }],
    ['same', 'there was nothing before', {}, { [NOTES]: key }],
    ['same', 'a scope was added', { [NOTES]: key }, { [NOTES]: key, [SYNC]: syncKey }],
    ['same', 'a scope is gone', { [NOTES]: key, [SYNC]: syncKey }, { [NOTES]: key }],
    ['rotated', 'a key is newer', { [NOTES]: key }, { [NOTES]: at(1510726318) }],
    ['rotated', 'the clock has a digit more', { [NOTES]: at(9999999999) }, { [NOTES]: at(10000000000) }],
    ['rotated', 'the fingerprint alone is another', { [NOTES]: key }, { [NOTES]: at(1510726317, other) }],
    ['older', 'a key is older', { [NOTES]: key }, { [NOTES]: at(1510726316, other) }],
    ['older', 'it is, digits and all', { [NOTES]: at(10000000000) }, { [NOTES]: at(9999999999) }],
    [
      'older',
      'one is older among newer ones',
      { [NOTES]: key, [SYNC]: syncKey },
      { [NOTES]: at(1510726316), [SYNC]: { ...syncKey, kid: `1510726317124-${PRINT}` } },
    ],
  ])('returns %s when %s', (expected, _when, before, after) => {
    expect(compareScopedKeys(before, after)).toBe(expected);
  });
});
