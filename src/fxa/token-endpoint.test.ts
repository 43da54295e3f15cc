// The judging half of the token endpoint; the asking half is in tokens.test.ts.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { json, strictFetch } from '../../test/harness/fetch.ts';
import { ACCESS_TOKEN, ANSWER, ORIGIN, REFRESH_TOKEN, deployment, failure } from './testing/deployment.ts';
import { NOW, SUB, atHash, claims, idToken, signingKey } from './testing/id-token.ts';
import type { SigningKey } from './testing/id-token.ts';
import { validateGrant, issuedTokens } from './tokens.ts';

const REFRESH_ID = createHash('sha256').update(Buffer.from(REFRESH_TOKEN, 'hex')).digest('hex');

let key: SigningKey;
beforeAll(async () => {
  key = await signingKey('current');
});

describe('validateGrant', () => {
  const options = { now: NOW, requireIdToken: false };
  const accept = (change: object) =>
    validateGrant(deployment(), { ...ANSWER, ...change }, options, { fetch: strictFetch() });

  it('reads a response without an id_token', async () => {
    expect(await accept({})).toEqual({
      accessToken: ACCESS_TOKEN,
      scope: 'profile',
      expiresIn: 3600,
      authAt: 1795240445,
      refreshToken: REFRESH_TOKEN,
      refreshTokenId: REFRESH_ID,
    });
  });

  it('reads a response without a refresh token, with keys, or with a JWT access token', async () => {
    expect(await accept({ refresh_token: undefined })).not.toHaveProperty('refreshTokenId');
    expect(await accept({ keys_jwe: 'a.b.c.d.e' })).toMatchObject({ keysJwe: 'a.b.c.d.e' });
    expect(await accept({ access_token: 'eyJh.eyJp.c2ln-_' })).toMatchObject({
      accessToken: 'eyJh.eyJp.c2ln-_',
    });
  });

  it('accepts an uppercase token_type, and expires_in as text', async () => {
    expect(await accept({ token_type: 'Bearer', expires_in: '3600' })).toMatchObject({ expiresIn: 3600 });
  });

  it('verifies the id_token', async () => {
    const token = await idToken(key, await claims());
    const fetch = strictFetch({ url: `${ORIGIN}/v1/jwks`, answer: json({ keys: [key.jwk] }) });
    const answer = { ...ANSWER, id_token: token };
    const grant = await validateGrant(deployment(), answer, { now: NOW, requireIdToken: true }, { fetch });
    expect(grant).toMatchObject({
      idToken: token,
      claims: { sub: SUB, at_hash: await atHash(ACCESS_TOKEN) },
    });
  });

  it('verifies an unrequested id_token, at the given time instead of the clock', async () => {
    const keySource = () => Promise.resolve({ keys: [key.jwk] });
    const answer = { ...ANSWER, id_token: await idToken(key, await claims({ exp: NOW / 1000 - 301 })) };
    const late = validateGrant(deployment(), answer, { ...options, keySource }, { fetch: strictFetch() });
    expect(await failure(late)).toMatchObject({ reason: 'id_token_expired' });
    const patient = { ...options, keySource, clockTolerance: 86_400 };
    expect(await validateGrant(deployment(), answer, patient, { fetch: strictFetch() })).toHaveProperty(
      'claims',
    );
  });

  it('requires a requested id_token', async () => {
    const work = validateGrant(
      deployment(),
      ANSWER,
      { now: NOW, requireIdToken: true },
      { fetch: strictFetch() },
    );
    expect(await failure(work)).toMatchObject({ code: 'bad_response', reason: 'id_token_missing' });
  });

  it.each([
    { access_token: undefined },
    { access_token: '' },
    { access_token: 7 },
    { access_token: 'with space' },
    { access_token: 'line\nbreak' },
    { token_type: undefined },
    { token_type: 'dpop' },
    { token_type: 'mac' },
    { token_type: ['bearer'] },
    { expires_in: undefined },
    { expires_in: 0 },
    { expires_in: -1 },
    { expires_in: 'soon' },
    { expires_in: '' },
    { expires_in: null },
    { expires_in: true },
    { expires_in: [3600] },
    { expires_in: '3600 seconds' },
    { expires_in: Infinity },
    { scope: undefined },
    { scope: ['profile'] },
    { refresh_token: '' },
    { refresh_token: 'nope' },
    { refresh_token: null },
    { refresh_token: 7 },
  ])('rejects %o', async (change) => {
    const failed = await failure(accept(change));
    expect(failed).toMatchObject({ code: 'bad_response', reason: 'token_response' });
    expect(`${failed.message} ${JSON.stringify(failed)} ${String(failed.cause)}`).not.toContain(ACCESS_TOKEN);
  });

  it('rejects an empty object, and an id_token of another type', async () => {
    const empty = validateGrant(deployment(), {}, options, { fetch: strictFetch() });
    expect(await failure(empty)).toMatchObject({ reason: 'token_response' });
    expect(await failure(accept({ id_token: 7 }))).toMatchObject({ reason: 'id_token_malformed' });
  });
});

describe('issuedTokens', () => {
  it('finds the tokens to destroy in a malformed response', async () => {
    const issued = (answer: object) => issuedTokens(deployment(), { ...answer });
    expect(await issued(ANSWER)).toEqual({
      accessToken: ACCESS_TOKEN,
      grant: { refreshToken: REFRESH_TOKEN, refreshTokenId: REFRESH_ID },
    });
    expect(await issued({ access_token: 'x', token_type: 'odd' })).toEqual({ accessToken: 'x' });
    expect(await issued({ access_token: 7, refresh_token: 'nope' })).toEqual({});
    expect(await issued({})).toEqual({});
  });
});
