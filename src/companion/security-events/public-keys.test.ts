import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { publicKeys } from './public-keys.ts';
import { signer } from './testing/tokens.ts';

const { jwk } = signer('good');
const odd = signer('odd');
const rsa = (modulusLength: number, publicExponent?: number) =>
  generateKeyPairSync('rsa', {
    modulusLength,
    ...(publicExponent === undefined ? {} : { publicExponent }),
  }).publicKey.export({ format: 'jwk' });
const kids = (...keys: unknown[]) => [...publicKeys({ keys: [jwk, ...keys] }).keys()];

describe('publicKeys', () => {
  it('accepts RSA keys for verifying, or without a declared use', () => {
    const { n, e } = odd.jwk;
    expect(kids({ kty: 'RSA', kid: 'bare', n, e, 'fxa-createdAt': 1 })).toEqual(['good', 'bare']);
    expect(kids({ ...odd.jwk, key_ops: ['verify'] })).toEqual(['good', 'odd']);
  });

  it.each([
    ['null', null],
    ['a string', 'key'],
    ['a list', []],
    [
      'an elliptic one',
      { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid: 'x' },
    ],
    ['a secret', { kty: 'oct', k: 'AAAA', kid: 'x' }],
    ['one of a type to come', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA', kid: 'x' }],
    ['one without an id', { ...odd.jwk, kid: undefined }],
    ['one with an id that is no string', { ...odd.jwk, kid: 7 }],
    ['one with an empty id', { ...odd.jwk, kid: '' }],
    ['one with an endless id', { ...odd.jwk, kid: 'x'.repeat(257) }],
    ['one with an exponent that is no text', { ...odd.jwk, e: 65537 }],
    ['one for another algorithm', { ...odd.jwk, alg: 'RS512' }],
    ['one for encryption', { ...odd.jwk, use: 'enc' }],
    ['one with other operations', { ...odd.jwk, key_ops: ['encrypt'] }],
    ['one with operations that are no list', { ...odd.jwk, key_ops: 'verify' }],
    ['a private one', { ...odd.jwk, ...odd.privateKey.export({ format: 'jwk' }) }],
    ['one without a modulus', { ...odd.jwk, n: undefined }],
    ['one with an empty modulus', { ...odd.jwk, n: '' }],
    ['one of 1024 bits', { ...rsa(1024), kid: 'x' }],
    ['one with an exponent of 3', { ...rsa(2048, 3), kid: 'x' }],
    ['one with an exponent of 1', { ...odd.jwk, e: 'AQ' }],
  ])('passes over %s', (_what, key) => {
    expect(kids(key)).toEqual(['good']);
  });

  it('drops an id that two keys share', () => {
    expect(kids(odd.jwk, { ...odd.jwk, n: jwk.n })).toEqual(['good']);
  });

  it('keeps an id that a key of another type shares', () => {
    expect(kids(odd.jwk, { kty: 'oct', k: 'AAAA', kid: odd.jwk.kid })).toEqual(['good', 'odd']);
  });

  it('accepts the most keys, and the longest id', () => {
    const many = Array.from({ length: 63 }, (_, n) => ({ ...odd.jwk, kid: String(n).padStart(256, 'x') }));
    expect(kids(...many)).toHaveLength(64);
  });

  it.each([
    ['no list', {}],
    ['something else', { keys: { good: jwk } }],
    ['nothing', { keys: [] }],
    ['nothing that can be used', { keys: [{ ...jwk, use: 'enc' }] }],
    ['too many', { keys: Array.from({ length: 65 }, (_, n) => ({ ...jwk, kid: String(n) })) }],
  ])('throws for a document with %s', (_what, document) => {
    expect(() => publicKeys(document)).toThrow(/key set/);
  });
});
