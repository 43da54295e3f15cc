import { beforeEach, describe, expect, it } from 'vitest';
import { EXTENSION_CLIENTS, KEY_SCOPE } from '../seed.ts';
import { faultyKeys, fresh } from '../testing/fresh.ts';

let { driver, mock } = fresh('today');
beforeEach(() => {
  ({ driver, mock } = fresh('today'));
});

const client_id = EXTENSION_CLIENTS.firefox;
const ask = async (change: object = {}) => {
  const headers = driver.bearer(await driver.signIn());
  const wish = { client_id, scope: `openid ${KEY_SCOPE}`, ...change };
  return driver.post('/v1/account/scoped-key-data', wish, headers);
};

describe('POST /v1/account/scoped-key-data', () => {
  it('returns the key derivation data for scopes with keys', async () => {
    const account = mock.store.accounts.byEmail('ada@example.com');
    expect(await ask()).toMatchObject({
      status: 200,
      body: {
        [KEY_SCOPE]: {
          identifier: KEY_SCOPE,
          keyRotationSecret: '0'.repeat(64),
          keyRotationTimestamp: account?.keysChangedAt,
        },
      },
    });
    expect((await ask({ scope: 'openid profile' })).body).toEqual({});
    expect((await ask({ scope: `${KEY_SCOPE}/below` })).body).toEqual({});
  });

  it('never returns the secret itself', async () => {
    const { kB = '' } = mock.store.accounts.byEmail('ada@example.com') ?? {};
    expect(kB).toMatch(/^[0-9a-f]{64}$/);
    expect((await ask()).text).not.toContain(kB);
  });

  it('rejects requests without a session, invalid clients and unknown members', async () => {
    const unsigned = await driver.post('/v1/account/scoped-key-data', { client_id, scope: KEY_SCOPE });
    expect(unsigned).toMatchObject({ status: 401, body: { errno: 110 } });
    expect((await ask({ client_id: 'ab'.repeat(8) })).body).toMatchObject({ errno: 162 });
    expect((await ask({ client_id: 'a1b2c3d4e5f60001' })).body).toMatchObject({
      errno: 163,
    });
    expect(faultyKeys((await ask({ assertion: 'x'.repeat(60) })).body)).toEqual(['assertion']);
    expect((await ask({ scope: undefined })).body).toMatchObject({ errno: 108, param: 'scope' });
    const client = mock.store.clients.get(client_id);
    if (client !== undefined) mock.store.clients.set(client_id, { ...client, disabled: true });
    expect(await ask()).toMatchObject({ status: 503, body: { errno: 204 } });
  });
});
