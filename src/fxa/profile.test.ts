import { describe, expect, it } from 'vitest';
import { fxaError, json, strictFetch } from '../../test/harness/fetch.ts';
import type { ExpectedRequest } from '../../test/harness/fetch.ts';
import { fetchProfile, parseProfile } from './profile.ts';
import { ACCESS_TOKEN, ORIGIN, deployment, failure } from './testing/deployment.ts';

const UID = 'a58c7de9028443c5b06fb731bdde530a';
const FULL = {
  uid: UID,
  sub: UID,
  email: 'ada@example.com',
  displayName: 'Ada Lovelace',
  avatar: 'http://127.0.0.1:1112/a/00000000000000000000000000000000',
  avatarDefault: true,
  locale: 'en-GB',
  amrValues: ['pwd', 'email'],
  twoFactorAuthentication: false,
  subscriptions: ['pro'],
  accountLockedAt: 1795240445000,
  metricsEnabled: false,
};

const get = (answer: ExpectedRequest['answer']) => {
  const url = `${ORIGIN}/v1/profile`;
  const fetch = strictFetch({ url, authorization: `Bearer ${ACCESS_TOKEN}`, answer });
  return fetchProfile(deployment(), ACCESS_TOKEN, { fetch });
};

describe('parseProfile', () => {
  it('reads all known members', () => {
    expect(parseProfile({ ...FULL, accountDisabledAt: 1 })).toEqual({ ...FULL, accountDisabledAt: 1 });
  });

  it('requires only uid, and drops unknown members', () => {
    expect(parseProfile({ uid: UID, ecosystemAnonId: 'x', __proto__: null })).toEqual({ uid: UID });
  });

  it('drops malformed members', () => {
    const odd = {
      uid: UID,
      email: null,
      displayName: '',
      avatar: 'javascript:alert(1)',
      avatarDefault: 'yes',
      amrValues: 'pwd',
      subscriptions: ['pro', 7],
      accountDisabledAt: null,
      metricsEnabled: 0,
    };
    expect(parseProfile(odd)).toEqual({ uid: UID, subscriptions: ['pro'] });
  });

  it.each(['http://example.com/a.png', '//example.com/a.png', 'data:image/png;base64,AA=='])(
    'shows no avatar from %s',
    (avatar) => {
      expect(parseProfile({ uid: UID, avatar })).not.toHaveProperty('avatar');
    },
  );

  it.each([{}, { uid: '' }, { uid: 7 }, { uid: UID.toUpperCase() }, { sub: UID }, null, undefined, 'text'])(
    'refuses %j: there is no uid',
    async (value) => {
      expect(await failure(() => parseProfile(value))).toMatchObject({
        code: 'bad_response',
        reason: 'profile',
      });
    },
  );
});

describe('fetchProfile', () => {
  it('sends the access token', async () => {
    expect(await get(json(FULL))).toEqual(FULL);
  });

  it('reports a disabled account', async () => {
    expect(await failure(get(json({ ...FULL, accountDisabledAt: 1795240445000 })))).toMatchObject({
      code: 'account_disabled',
    });
  });

  it.each([
    ['token_rejected', fxaError(401, 100, { reason: 'Expired token' })],
    ['scope_denied', fxaError(403, 999)],
    ['rate_limited', fxaError(429, 114, { retryAfter: 30 })],
    ['server_unavailable', fxaError(503, 105)],
    ['server_unavailable', json({ statusCode: 500, error: 'Internal Server Error' }, 500)],
    ['bad_response', new Response('<h1>Welcome to our hotel</h1>')],
    ['bad_response', new Response(null, { status: 304 })],
    ['offline', new TypeError('Failed to fetch')],
  ])('%s', async (code, answer) => {
    expect(await failure(get(answer))).toMatchObject({ code });
  });
});
