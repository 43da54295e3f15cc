// Vectors of others against our JWE: Project Wycheproof's, and the worked examples of Mozilla's own documentation.
import { describe, expect, it } from 'vitest';
import { decryptKeysJwe, openScopedKeys } from '../../src/fxa/scoped-keys.ts';
import { failure } from '../../src/fxa/testing/deployment.ts';
import { deriveKey } from '../../src/mock-accounts/pages/keys.ts';
import documented from './scoped-keys.json' with { type: 'json' };
import wycheproof from './wycheproof-jwe.json' with { type: 'json' };

const vectors = wycheproof.groups.flatMap(({ private: key, tests }) =>
  tests.map((test) => ({ ...test, key: key })),
);
/** The one valid vector of the one combination FxA uses: ECDH-ES on P-256 with A256GCM. */
const fits = vectors.find(({ comment }) => comment === 'acceptsEcdhEsA256Gcm');
const others = vectors.filter((vector) => vector !== fits);
const ours = { jwe: fits?.jwe ?? '', key: fits?.key ?? {} };

describe('Wycheproof', () => {
  it('has 44 different JWEs for EC keys, one of them of the kind FxA makes', () => {
    expect(vectors).toHaveLength(44);
    expect(new Set(vectors.map(({ jwe }) => jwe)).size).toBe(44);
    expect(others.filter(({ result }) => result === 'valid')).toHaveLength(24);
    expect(others.filter(({ result }) => result === 'invalid')).toHaveLength(19);
  });

  it(`opens ${fits?.id}`, async () => {
    const plaintext = await decryptKeysJwe(ours.jwe, ours.key);
    expect(Buffer.from(plaintext).toString('hex')).toBe(fits?.pt);
  });

  it.each(others)('refuses $id, $result elsewhere: $comment', async ({ jwe, key }) => {
    await expect(failure(decryptKeysJwe(jwe, key))).resolves.toMatchObject({ reason: 'keys_malformed' });
  });

  // Most of the above are refused for their algorithm alone, so what they do is done to the one that is not.
  const [header = '', , iv = '', ciphertext = '', tag = ''] = ours.jwe.split('.');
  const flip = (part: string) => (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
  const compact = (parts: Partial<Record<'header' | 'key' | 'iv' | 'ciphertext' | 'tag', string>>) => {
    const all = { header, key: '', iv, ciphertext, tag, ...parts };
    return [all.header, all.key, all.iv, all.ciphertext, all.tag].join('.');
  };
  const reworded = (change: object) => {
    const words = JSON.parse(Buffer.from(header, 'base64url').toString()) as { epk: object };
    return Buffer.from(JSON.stringify({ ...words, ...change })).toString('base64url');
  };
  const { epk } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { epk: JsonWebKey };

  it.each([
    ['a modified tag', compact({ tag: flip(tag) })],
    ['a missing tag', compact({ tag: '' })],
    ['a missing tag and separator', [header, '', iv, ciphertext].join('.')],
    ['a truncated tag', compact({ tag: tag.slice(0, -2) })],
    ['a modified ciphertext', compact({ ciphertext: flip(ciphertext) })],
    ['a missing ciphertext', compact({ ciphertext: '' })],
    ['a modified iv', compact({ iv: flip(iv) })],
    ['a missing iv', compact({ iv: '' })],
    ['an encrypted key where there is none', compact({ key: 'AAAA' })],
    ['a modified header', compact({ header: reworded({ cty: 'x' }) })],
    ['a missing header', compact({ header: '' })],
    ['a point off the curve', compact({ header: reworded({ epk: { ...epk, y: epk.x } }) })],
    ['nothing', ''],
    ['a sixth part', `${ours.jwe}.AAAA`],
    ['padding', `${ours.jwe}==`],
    ['white space', ` ${ours.jwe}`],
  ])('refuses the same with %s', async (_what, jwe) => {
    await expect(failure(decryptKeysJwe(jwe, ours.key))).resolves.toMatchObject({ reason: 'keys_malformed' });
  });
});

describe("the examples of FxA's documentation and tests", () => {
  it('opens, to the key the documentation names', async () => {
    const { privateJwk, keysJwe, bundle } = documented.jwe;
    await expect(openScopedKeys(keysJwe, privateJwk, ['app_key'])).resolves.toEqual(bundle);
  });

  it.each(documented.derivations)(
    'the mock server derives, for $identifier',
    ({ uid, kB, k, kid, ...data }) => {
      expect(deriveKey({ uid, kB }, data)).toEqual({ kty: 'oct', scope: data.identifier, k, kid });
    },
  );
});
