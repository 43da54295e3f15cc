// The profile server: scopes, single fields, writes, pictures, caching headers.
import { png } from '../../src/mock-accounts/testing/png.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMockServer, type MockServer } from '../../src/mock-accounts/app.ts';
import type { Era } from '../../src/mock-accounts/era.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { type Driver, drive, type CodeOptions } from '../../src/mock-accounts/testing/drive.ts';

const keys = createKeys(Date.now);
let mock: MockServer;
let driver: Driver;

const begin = (era: Era) => {
  mock = createMockServer({ era, origin: 'http://127.0.0.1:9720', keys });
  driver = drive(mock);
};
beforeEach(() => begin('today'));

const tokenFor = async (scope: string, wish: CodeOptions = {}) =>
  driver.bearer((await driver.tokens({ scope, ...wish })).access_token);
const profileFor = async (scope: string, wish: CodeOptions = {}) =>
  (await driver.get('/v1/profile', await tokenFor(scope, wish))).body;

describe('GET /v1/profile, by scope', () => {
  it('profile is everything but sub', async () => {
    const ada = mock.store.accounts.byEmail('ada@example.com');
    expect(await profileFor('profile')).toEqual({
      email: 'ada@example.com',
      locale: 'en-US',
      amrValues: ['pwd', 'email'],
      twoFactorAuthentication: false,
      metricsEnabled: true,
      uid: ada?.uid,
      avatar: `http://127.0.0.1:9720/a/${ada?.avatarId ?? ''}`,
      avatarDefault: false,
      displayName: 'Ada Lovelace',
    });
  });

  it.each([
    ['openid profile:uid', ['sub', 'uid']],
    ['profile:email', ['email', 'metricsEnabled']],
    ['email', []],
    ['profile:locale', ['locale', 'metricsEnabled']],
    ['profile:avatar', ['avatar', 'avatarDefault']],
    ['profile:display_name', ['displayName']],
    ['profile:uid profile:email', ['email', 'metricsEnabled', 'uid']],
  ])('%s gives %j', async (scope, members) => {
    expect(Object.keys(await profileFor(scope)).sort()).toEqual(members);
  });

  it('openid alone is forbidden', async () => {
    expect(await driver.get('/v1/profile', await tokenFor('openid'))).toMatchObject({
      status: 403,
      body: { errno: 999 },
    });
  });

  it('has no displayName where there is none, and says who opted out of metrics', async () => {
    const lin = await profileFor('profile', { email: 'lin@example.com' });
    expect(lin).not.toHaveProperty('displayName');
    expect(lin).toMatchObject({
      metricsEnabled: false,
      avatarDefault: false,
      avatar: 'http://127.0.0.1:9720/v1/avatar/l',
    });
    expect(await profileFor('profile', { email: 'noor@example.com' })).toMatchObject({
      displayName: 'نور الهدى',
    });
  });

  it('subscriptions, disabled and locked accounts show only where there is something', async () => {
    const lin = mock.store.accounts.byEmail('lin@example.com');
    if (lin === undefined) throw new Error('no account');
    Object.assign(lin, {
      subscriptions: { a1b2c3d4e5f60001: ['premium'], other: ['x'] },
      disabledAt: 5,
      lockedAt: 6,
    });
    const wish = { email: 'lin@example.com' };
    expect(await profileFor('profile', wish)).toMatchObject({
      subscriptions: ['premium'],
      accountDisabledAt: 5,
      accountLockedAt: 6,
    });
    expect(
      (await driver.get('/v1/subscriptions', await tokenFor('profile:subscriptions', wish))).body,
    ).toEqual({ subscriptions: ['premium'] });
  });
});

describe('the caller', () => {
  it.each([
    ['bearer x', 'Bearer token not provided'],
    ['Bearer', 'Invalid request parameter'],
    ['Bearer nope', 'Invalid request parameter'],
    [`Bearer ${'ab'.repeat(32)}`, 'Invalid token'],
  ])('%s is 401: %s', async (authorization, reason) => {
    expect(await driver.get('/v1/profile', { authorization })).toMatchObject({
      status: 401,
      body: { code: 401, errno: 100, reason },
    });
  });

  it('needs the scope of a field', async () => {
    const narrow = await tokenFor('profile:uid');
    expect((await driver.get('/v1/uid', narrow)).status).toBe(200);
    for (const path of ['/v1/email', '/v1/avatar', '/v1/display_name', '/v1/subscriptions']) {
      expect(await driver.get(path, narrow)).toMatchObject({
        status: 403,
        body: { errno: 999, message: 'Insufficient scope' },
      });
    }
    const reader = await tokenFor('profile');
    expect((await driver.post('/v1/display_name', { displayName: 'x' }, reader)).status).toBe(403);
  });
});

describe('display names', () => {
  it('are read, written and cleared', async () => {
    const token = await tokenFor('profile:write');
    const name = async () => driver.get('/v1/display_name', token);
    const set = (displayName: unknown) => driver.post('/v1/display_name', { displayName }, token);
    expect((await name()).body).toEqual({ displayName: 'Ada Lovelace' });
    expect((await set('Zoë 🦊')).body).toEqual({});
    expect((await name()).body).toEqual({ displayName: 'Zoë 🦊' });
    expect((await set('')).status).toBe(200);
    expect((await name()).status).toBe(204);
    for (const wrong of ['a\u0000', 'a\u2028', 'x'.repeat(257), 7, undefined]) {
      expect(await set(wrong)).toMatchObject({
        status: 400,
        body: { errno: 101, validation: { keys: ['displayName'] } },
      });
    }
  });
});

describe('pictures', () => {
  const PNG = png();
  const upload = async (token: Record<string, string>, bytes: Uint8Array<ArrayBuffer>, type = 'image/png') =>
    driver.send('/v1/avatar/upload', {
      method: 'POST',
      headers: { ...token, 'content-type': type, 'content-length': String(bytes.byteLength) },
      body: bytes,
    });

  it('are uploaded, served and deleted', async () => {
    const token = await tokenFor('profile:write');
    const { status, body } = await upload(token, PNG);
    expect(status).toBe(201);
    expect(body.url).toBe(`http://127.0.0.1:9720/a/${String(body.id)}`);
    const served = await mock.app.request(String(body.url));
    expect(served.headers.get('content-type')).toBe('image/png');
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(PNG);
    expect((await driver.get('/v1/avatar', token)).body).toEqual({
      avatar: body.url,
      avatarDefault: false,
      id: body.id,
    });
    const remove = (id: string) => driver.send(`/v1/avatar/${id}`, { method: 'DELETE', headers: token });
    expect((await remove(String(body.id))).body).toEqual({});
    expect((await remove(String(body.id))).status).toBe(404);
    expect((await remove('zz')).body.errno).toBe(101);
    expect((await driver.get('/v1/avatar', token)).body.avatar).toMatch(/\/v1\/avatar\/A$/);
  });

  it('are judged by their first bytes, type and size', async () => {
    const token = await tokenFor('profile:avatar:write');
    expect(await upload(token, new Uint8Array([1, 2, 3]))).toMatchObject({
      status: 500,
      body: { errno: 103 },
    });
    expect(
      (await upload(token, new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xd9]), 'image/jpeg')).status,
    ).toBe(201);
    expect(
      (await upload(token, new Uint8Array([0xff, 0xd8, 0xff, 0xee, 0xff, 0xd9]), 'image/jpeg')).status,
    ).toBe(500);
    expect((await upload(token, PNG.slice(0, 20))).body).toMatchObject({ errno: 103 });
    expect((await upload(token, PNG, 'image/gif')).status).toBe(415);
    expect((await upload(token, new Uint8Array(2 * 1024 * 1024 + 1))).status).toBe(413);
  });

  it('of others are out of reach', async () => {
    const ada = mock.store.accounts.byEmail('ada@example.com');
    const token = await tokenFor('profile:write', { email: 'lin@example.com' });
    const answer = await driver.send(`/v1/avatar/${ada?.avatarId ?? ''}`, {
      method: 'DELETE',
      headers: token,
    });
    expect(answer).toMatchObject({ status: 401, body: { reason: 'Avatar not owned by user' } });
  });

  it('shows a letter for accounts without a picture', async () => {
    const letter = await driver.get('/v1/avatar/L');
    expect(letter.headers.get('content-type')).toBe('image/svg+xml');
    expect(letter.text).toContain('>L</text>');
    expect((await driver.get(`/v1/avatar/${encodeURIComponent('ن')}`)).text).toContain('>ن</text>');
    expect((await driver.get('/v1/avatar/LL')).status).toBe(404);
    expect((await driver.get('/v1/avatar/%3C')).status).toBe(404);
  });

  it('in 2019 is a silhouette', async () => {
    begin('2019');
    const { body } = await driver.get(
      '/v1/avatar',
      await tokenFor('profile:avatar', { email: 'lin@example.com' }),
    );
    expect(body.id).toBe('0'.repeat(32));
    expect((await mock.app.request(String(body.avatar))).headers.get('content-type')).toBe('image/svg+xml');
  });
});

describe('caching', () => {
  it.each(['2019', 'today'] as const)('ETag and If-None-Match, era %s', async (era) => {
    begin(era);
    const token = await tokenFor('profile:write');
    const first = await driver.get('/v1/profile', token);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{40}"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache, no-store, must-revalidate');
    const again = await driver.get('/v1/profile', { ...token, 'if-none-match': etag });
    expect([again.status, again.text]).toEqual([304, '']);
    const since = first.headers.get('last-modified') ?? '';
    const unmodified = (headers: Record<string, string>) =>
      driver.get('/v1/profile', { ...token, 'if-modified-since': since, ...headers });
    expect((await unmodified({})).status).toBe(304);
    // The tag, where there is one, has the last word.
    expect((await unmodified({ 'if-none-match': '"another"' })).status).toBe(200);
    expect((await unmodified({ 'if-modified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' })).status).toBe(200);
    await driver.post('/v1/display_name', { displayName: 'Changed' }, token);
    const changed = await driver.get('/v1/profile', { ...token, 'if-none-match': etag });
    expect([changed.status, changed.body.displayName]).toEqual([200, 'Changed']);
  });

  it('the Origin is echoed, in both eras, and ETag stays hidden', async () => {
    const origin = 'chrome-extension://abcdefghijklmnopabcdefghijklmnop';
    const { headers } = await driver.get('/v1/profile', { origin });
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).not.toContain('ETag');
  });
});
