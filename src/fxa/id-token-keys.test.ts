// Which key an id_token is verified with, and which are refused; the claims are in id-token.test.ts.
import { SignJWT, exportJWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { json, strictFetch } from '../../test/harness/fetch.ts';
import type { ExpectedRequest } from '../../test/harness/fetch.ts';
import { verifyIdToken } from './id-token.ts';
import { ACCESS_TOKEN, ORIGIN, deployment, failure } from './testing/deployment.ts';
import { NOW, SUB, claims, idToken, signingKey } from './testing/id-token.ts';
import type { SigningKey } from './testing/id-token.ts';

let current: SigningKey;
let previous: SigningKey;
let foreign: SigningKey;
const options = { accessToken: ACCESS_TOKEN, now: NOW };

beforeAll(async () => {
  [current, previous, foreign] = await Promise.all([
    signingKey('current'),
    signingKey('previous'),
    signingKey('foreign'),
  ]);
});

const serving = (answer: ExpectedRequest['answer']) => strictFetch({ url: `${ORIGIN}/v1/jwks`, answer });

/** Verifies with the keys of the deployment. Fails when they are not asked for. */
async function verify(token: unknown) {
  const fetch = serving(json({ keys: [current.jwk, previous.jwk] }));
  return verifyIdToken(deployment(), token, options, { fetch });
}

const signed = async () => idToken(current, await claims());

describe('the key of an id_token', () => {
  it('chooses the key by its id', async () => {
    expect(await verify(await idToken(previous, await claims()))).toMatchObject({ sub: SUB });
  });

  it('rejects an unknown key, and a token without a kid where several fit', async () => {
    const unknown = await idToken(foreign, await claims());
    expect(await failure(verify(unknown))).toMatchObject({ code: 'bad_response', reason: 'id_token_key' });
    const nameless = await new SignJWT(await claims())
      .setProtectedHeader({ alg: 'RS256' })
      .sign(current.privateKey);
    expect(await failure(verify(nameless))).toMatchObject({ reason: 'id_token_key' });
  });

  it('rejects an ambiguous kid, and a key for another purpose', async () => {
    const refused = async (...keys: object[]) => {
      return failure(
        verifyIdToken(deployment(), await signed(), options, { fetch: serving(json({ keys })) }),
      );
    };
    const { jwk } = current;
    const namesake = { ...previous.jwk, kid: 'current' };
    expect(await refused(jwk, namesake)).toMatchObject({ reason: 'id_token_key' });
    expect(await refused({ ...jwk, use: 'enc' })).toMatchObject({ reason: 'id_token_key' });
    expect(await refused({ ...jwk, alg: 'PS256' })).toMatchObject({ reason: 'id_token_key' });
    expect(await refused({ ...jwk, kty: 'EC' })).toMatchObject({ reason: 'id_token_key' });
    expect(await refused({ ...jwk, kid: undefined })).toMatchObject({ reason: 'id_token_key' });
    expect(await refused({ ...jwk, key_ops: ['encrypt'] })).toMatchObject({ code: 'bad_response' });
    expect(await refused({ ...(await exportJWK(current.privateKey)), kid: 'current' })).toMatchObject({
      reason: 'keys',
    });
  });

  it('chooses the signing key among keys with the same kid', async () => {
    const keys = [{ ...previous.jwk, kid: 'current', use: 'enc' }, current.jwk];
    const work = verifyIdToken(deployment(), await signed(), options, { fetch: serving(json({ keys })) });
    expect(await work).toMatchObject({ sub: SUB });
  });

  it.each([
    ['no key set', { keys: 'none' }],
    ['an empty object', {}],
    ['a key that is null', { keys: [null] }],
    ['a key that is text', { keys: ['current'] }],
    ['a broken key', { keys: [{ kty: 'RSA', kid: 'current', alg: 'RS256', use: 'sig', n: '!', e: 'AQAB' }] }],
  ])('reports an unusable key set: %s', async (_what, body) => {
    const work = verifyIdToken(deployment(), await signed(), options, { fetch: serving(json(body)) });
    expect(await failure(work)).toMatchObject({ code: 'bad_response', reason: 'keys' });
  });

  it('rejects a short key', async () => {
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 1024,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    };
    const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const jwk = {
      ...(await crypto.subtle.exportKey('jwk', pair.publicKey)),
      kid: 'short',
      use: 'sig',
      key_ops: ['verify'],
    };
    const input = [{ alg: 'RS256', kid: 'short' }, await claims()].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const bytes = await crypto.subtle.sign(
      'RSASSA-PKCS1-v1_5',
      pair.privateKey,
      new TextEncoder().encode(input.join('.')),
    );
    const token = [...input, Buffer.from(bytes).toString('base64url')].join('.');
    const work = verifyIdToken(deployment(), token, options, { fetch: serving(json({ keys: [jwk] })) });
    expect(await failure(work)).toMatchObject({ reason: 'keys' });
  });

  it.each([
    ['offline', new TypeError('Failed to fetch')],
    ['server_unavailable', new Response('', { status: 503 })],
    ['bad_response', new Response('<html>')],
  ])('throws the network error from fetching the keys: %s', async (code, answer) => {
    expect(
      await failure(verifyIdToken(deployment(), await signed(), options, { fetch: serving(answer) })),
    ).toMatchObject({
      code,
    });
  });

  it('passes on whatever the given source fails with', async () => {
    const torn = new TypeError('Failed to fetch');
    const keySource = () => Promise.reject(torn);
    const work = verifyIdToken(
      deployment(),
      await signed(),
      { ...options, keySource },
      { fetch: strictFetch() },
    );
    await expect(work).rejects.toBe(torn);
  });

  it('takes keys from the given source', async () => {
    const keySource = () => Promise.resolve({ keys: [current.jwk] });
    expect(
      await verifyIdToken(deployment(), await signed(), { ...options, keySource }, { fetch: strictFetch() }),
    ).toMatchObject({ sub: SUB });
  });
});
