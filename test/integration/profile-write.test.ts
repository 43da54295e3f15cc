// Writing to the profile, over a real connection, and reading it back: both eras.
import { png } from '../../src/mock-accounts/testing/png.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mockServerEndpoints, type Deployment } from '../../src/fxa/environments.ts';
import { LARGEST_AVATAR, setAvatar, setDisplayName } from '../../src/fxa/profile-write.ts';
import { fetchProfile } from '../../src/fxa/profile.ts';
import { failure } from '../../src/fxa/testing/deployment.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { drive, TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';
import { ERAS } from './harness.ts';

const keys = createKeys(Date.now);
const http = { fetch };

const PNG = png(LARGEST_AVATAR);
const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9]);

describe.each(ERAS)('writing to the profile, era %s', (era) => {
  let mock: RunningMockServer;
  let deployment: Deployment;
  beforeAll(async () => {
    mock = await startMockServer({ era, port: 0, keys });
    deployment = { name: 'local', endpoints: mockServerEndpoints(mock.origin), clientId: TEST_CLIENT };
  });
  afterAll(() => mock.stop());

  const tokenFor = async (scope: string, email = 'ada@example.com') =>
    String((await drive(mock).tokens({ scope, email })).access_token);
  const read = (token: string) => fetchProfile(deployment, token, http);

  it.each(['Zoë 🦊', 'نور الهدى', 'x'.repeat(256)])('changes the display name to %j', async (name) => {
    const token = await tokenFor('profile profile:display_name:write');
    // A first look fills the cache that servers of 2019 have.
    await read(token);
    await setDisplayName(deployment, token, name, http);
    expect(await read(token)).toMatchObject({ displayName: name });
  });

  it('clears the display name', async () => {
    const token = await tokenFor('profile profile:display_name:write', 'noor@example.com');
    expect(await read(token)).toHaveProperty('displayName');
    await setDisplayName(deployment, token, '', http);
    expect(await read(token)).not.toHaveProperty('displayName');
  });

  it.each([
    ['image/png', PNG],
    ['image/jpeg', JPEG],
  ])('changes the picture, unaltered: %s', async (type, image) => {
    const token = await tokenFor('profile:write', 'lin@example.com');
    await setAvatar(deployment, token, new Blob([image], { type: 'text/plain' }), http);
    const { avatar, avatarDefault } = await read(token);
    expect(avatarDefault).toBe(false);
    const served = await fetch(avatar ?? '');
    expect(served.headers.get('content-type')).toBe(type);
    expect(Buffer.from(await served.arrayBuffer()).equals(Buffer.from(image))).toBe(true);
  });

  it('refuses to write with a scope that only reads or writes something else', async () => {
    const reader = await tokenFor('profile');
    const painter = await tokenFor('profile profile:avatar:write');
    const denied = { code: 'scope_denied', status: 403 };
    expect(await failure(setDisplayName(deployment, reader, 'Eve', http))).toMatchObject(denied);
    expect(await failure(setAvatar(deployment, reader, JPEG, http))).toMatchObject(denied);
    expect(await failure(setDisplayName(deployment, painter, 'Eve', http))).toMatchObject(denied);
    expect(await read(reader)).not.toMatchObject({ displayName: 'Eve' });
  });

  it('tells a dead token from a missing scope', async () => {
    const unknown = 'ab'.repeat(32);
    const rejected = { code: 'token_rejected', status: 401 };
    expect(await failure(setDisplayName(deployment, unknown, 'Eve', http))).toMatchObject(rejected);
    expect(await failure(setAvatar(deployment, unknown, JPEG, http))).toMatchObject(rejected);
  });

  it('allows writes from an extension in its preflight answers', async () => {
    for (const path of ['/v1/display_name', '/v1/avatar/upload']) {
      const answer = await fetch(mock.origin + path, {
        method: 'OPTIONS',
        headers: {
          origin: 'moz-extension://f00f00f0-0000-4000-8000-000000000000',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
      expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
      expect(answer.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Content-Type/);
    }
  });

  it.each([
    ['U+FFFD', 'a\uFFFD', era === '2019' ? 400 : 200],
    ['a line break', 'a\nb', 400],
    ['257 characters', 'x'.repeat(257), 400],
  ])('agrees with the server on what is refused before sending: %s', async (_what, displayName, status) => {
    const token = await tokenFor('profile:write');
    const driver = drive(mock);
    expect((await driver.post('/v1/display_name', { displayName }, driver.bearer(token))).status).toBe(
      status,
    );
  });
});
