import { createHash } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { json, strictFetch } from '../../test/harness/fetch.ts';
import type { ExpectedRequest } from '../../test/harness/fetch.ts';
import { verifyIdToken } from './id-token.ts';
import { ACCESS_TOKEN, CLIENT_ID, ORIGIN, deployment, failure } from './testing/deployment.ts';
import { NOW, SUB, atHash, claims, idToken, signingKey } from './testing/id-token.ts';
import type { SigningKey } from './testing/id-token.ts';

const HASH_OF_NOTHING = '47DEQpj8HBSa-_TImW-5JA';
let current: SigningKey;
let previous: SigningKey;
let foreign: SigningKey;

beforeAll(async () => {
  [current, previous, foreign] = await Promise.all([
    signingKey('current'),
    signingKey('previous'),
    signingKey('foreign'),
  ]);
});

const keySet = () => json({ keys: [current.jwk, previous.jwk] });
const serving = (answer: ExpectedRequest['answer']) => strictFetch({ url: `${ORIGIN}/v1/jwks`, answer });

/** Verifies with the keys of the deployment. Fails when they are not asked for. */
async function verify(
  token: unknown,
  change: { name?: 'custom'; now?: number; clockTolerance?: number } = {},
) {
  const { name, now = NOW, clockTolerance } = change;
  const http = { fetch: serving(keySet()) };
  return verifyIdToken(deployment(name), token, { accessToken: ACCESS_TOKEN, now, clockTolerance }, http);
}

/** Verifies without a request for keys. */
async function verifyWithoutKeys(token: unknown) {
  return verifyIdToken(
    deployment(),
    token,
    { accessToken: ACCESS_TOKEN, now: NOW },
    { fetch: strictFetch() },
  );
}

const signed = async (change: JWTPayload = {}) => idToken(current, await claims(change));

describe('verifyIdToken', () => {
  it('returns only the known claims', async () => {
    expect(await verify(await signed())).toEqual({
      iss: ORIGIN,
      sub: SUB,
      aud: CLIENT_ID,
      iat: NOW / 1000,
      exp: NOW / 1000 + 300,
      amr: ['pwd', 'email'],
      acr: 'AAL1',
      at_hash: await atHash(ACCESS_TOKEN),
    });
  });

  it('accepts a token without the optional claims', async () => {
    const token = await signed({ amr: undefined, acr: undefined, at_hash: undefined, auth_time: 1795240 });
    expect(Object.keys(await verify(token)).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'sub']);
  });

  it('accepts this client as the authorized party, and drops malformed methods', async () => {
    const claimed = await verify(await signed({ azp: CLIENT_ID, amr: ['pwd', 7] }));
    expect(claimed).toMatchObject({ sub: SUB, amr: ['pwd'] });
  });

  it('accepts an issuer with a trailing slash', async () => {
    expect(await verify(await signed({ iss: `${ORIGIN}/` }))).toMatchObject({ sub: SUB });
  });

  it.each([
    ['id_token_issuer', { iss: 'https://evil.example' }],
    ['id_token_issuer', { iss: undefined }],
    ['id_token_audience', { aud: 'a1b2c3d4e5f60002' }],
    ['id_token_audience', { aud: [CLIENT_ID, 'https://api.example'] }],
    ['id_token_audience', { aud: [] }],
    ['id_token_audience', { aud: undefined }],
    ['id_token_audience', { azp: 'a1b2c3d4e5f60002' }],
    ['id_token_expired', { exp: NOW / 1000 - 300 }],
    ['id_token_malformed', { exp: undefined }],
    ['id_token_malformed', { exp: 'soon' }],
    ['id_token_malformed', { iat: undefined }],
    ['id_token_malformed', { sub: undefined }],
    ['id_token_malformed', { sub: '' }],
    ['id_token_malformed', { sub: 7 }],
    ['id_token_malformed', { iat: 'now' }],
    ['id_token_malformed', { nbf: 'now' }],
    ['id_token_malformed', { nbf: NOW / 1000 + 301 }],
    ['id_token_issuer', { iss: [ORIGIN] }],
    ['id_token_issuer', { iss: `${ORIGIN}//` }],
    ['id_token_audience', { aud: [[CLIENT_ID]] }],
    ['id_token_audience', { aud: null }],
    ['id_token_hash', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['id_token_hash', { at_hash: 7 }],
    ['id_token_hash', { at_hash: HASH_OF_NOTHING }],
  ])('rejects with %s: %o', async (reason, change) => {
    const token = await signed(change as JWTPayload);
    expect(await failure(verify(token))).toMatchObject({ code: 'bad_response', reason });
  });

  it('tolerates the empty at_hash of 2019 in custom deployments, and no other wrong one', async () => {
    expect(await verify(await signed({ at_hash: HASH_OF_NOTHING }), { name: 'custom' })).toMatchObject({
      sub: SUB,
    });
    const wrong = await signed({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' });
    expect(await failure(verify(wrong, { name: 'custom' }))).toMatchObject({ reason: 'id_token_hash' });
  });

  // As that server computes it, with Node's own ways to read bytes.
  it.each([
    ['whose bytes begin like one pair of digits', '61b1'],
    ['whose bytes begin like digits of either case, and an odd one more', 'c6e130b966'],
    ['whose bytes are digits throughout', '3031'.repeat(16)],
    ['whose bytes are no digits', ''],
  ])('tolerates the at_hash of 2019 of a token %s, only in custom deployments', async (_what, begins) => {
    const accessToken = begins.padEnd(64, 'ff');
    const hashed = Buffer.from(Buffer.from(accessToken, 'hex').toString('ascii'), 'hex');
    expect(hashed.length > 0).toBe(begins !== '');
    const digest = createHash('sha256').update(hashed).digest();
    const token = await signed({ at_hash: digest.subarray(0, 16).toString('base64url') });
    const verified = (name?: 'custom', of = accessToken) =>
      verifyIdToken(deployment(name), token, { accessToken: of, now: NOW }, { fetch: serving(keySet()) });
    expect(await verified('custom')).toMatchObject({ sub: SUB });
    expect(await failure(verified())).toMatchObject({ reason: 'id_token_hash' });
    if (begins === '') return;
    expect(await failure(verified('custom', 'ff'.repeat(32)))).toMatchObject({ reason: 'id_token_hash' });
  });

  it('allows clocks to differ by five minutes by default', async () => {
    const token = await signed();
    expect(await verify(token, { now: NOW + 599_000 })).toMatchObject({ sub: SUB });
    expect(await failure(verify(token, { now: NOW + 600_000 }))).toMatchObject({
      reason: 'id_token_expired',
    });
    expect(await failure(verify(token, { now: NOW + 310_000, clockTolerance: 10 }))).toMatchObject({
      reason: 'id_token_expired',
    });
    expect(await verify(token, { now: NOW - 86_400_000 })).toMatchObject({ sub: SUB });
  });

  it('accepts a token from its nbf, minus the tolerance', async () => {
    expect(await verify(await signed({ nbf: NOW / 1000 + 300 }))).toMatchObject({ sub: SUB });
  });

  it.each([{ now: Number.NaN }, { clockTolerance: Number.NaN }])(
    'trusts nothing when it cannot tell the time: %o',
    async (change) => {
      expect(await failure(verify(await signed(), change))).toMatchObject({ code: 'bad_response' });
    },
  );

  it('rejects other algorithms before requesting keys', async () => {
    const none = new UnsecuredJWT(await claims()).encode();
    const secret = new TextEncoder().encode(JSON.stringify(current.jwk));
    const hmac = await new SignJWT(await claims())
      .setProtectedHeader({ alg: 'HS256', kid: 'current' })
      .sign(secret);
    for (const token of [none, hmac]) {
      expect(await failure(verifyWithoutKeys(token))).toMatchObject({ reason: 'id_token_algorithm' });
    }
  });

  it.each([
    ['that are unknown', { crit: ['urn:x'], 'urn:x': 1 }],
    ['that leave the payload as it is', { crit: ['b64'], b64: false }],
    ['that are none', { crit: [] }],
  ])('rejects critical extensions %s', async (_what, extra) => {
    const header = { alg: 'RS256', kid: 'current', ...extra };
    const input = [header, await claims()].map((part) => JSON.stringify(part));
    const [head = '', body = ''] = input.map((text) => Buffer.from(text).toString('base64url'));
    const payload = 'b64' in extra ? (input[1] ?? '').replaceAll('.', '') : body;
    const bytes = new TextEncoder().encode(`${head}.${payload}`);
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', current.privateKey, bytes);
    const token = `${head}.${payload}.${Buffer.from(signature).toString('base64url')}`;
    expect(await failure(verifyWithoutKeys(token))).toMatchObject({ reason: 'id_token_malformed' });
  });

  it('rejects a signature by another key, and claims changed after signing', async () => {
    const forged = await idToken(foreign, await claims(), { kid: 'current' });
    expect(await failure(verify(forged))).toMatchObject({ reason: 'id_token_signature' });
    const [header, , signature] = (await signed()).split('.');
    const payload = Buffer.from(JSON.stringify(await claims({ sub: 'ee'.repeat(16) }))).toString('base64url');
    const tampered = [header, payload, signature].join('.');
    expect(await failure(verify(tampered))).toMatchObject({ reason: 'id_token_signature' });
  });

  it.each(['', 'x', 'a.b', 'a.b.c', 'e30.e30.', 'a.b.c.d.e', 7, null, {}])(
    'calls %j malformed',
    async (token) => {
      expect(await failure(verifyWithoutKeys(token))).toMatchObject({ reason: 'id_token_malformed' });
    },
  );

  it.each([
    ['a list', Buffer.from('[]')],
    ['null', Buffer.from('null')],
    ['not JSON', Buffer.from('{')],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('reports malformed claims: %s', async (_what, content) => {
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'current' })).toString('base64url');
    const payload = content.toString('base64url');
    const input = new TextEncoder().encode(`${header}.${payload}`);
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', current.privateKey, input);
    const token = `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`;
    expect(await failure(verify(token))).toMatchObject({ reason: 'id_token_malformed' });
  });

  it('does not repeat the token in its message', async () => {
    const failed = await failure(verify(await signed({ aud: 'another' })));
    expect(`${failed.message} ${JSON.stringify(failed)} ${String(failed.cause)}`).not.toContain(SUB);
  });
});
