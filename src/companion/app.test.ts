import { expect, it } from 'vitest';
import { createApp } from './app.ts';
import { client, fakeAccounts, NOW, ORIGIN, SECRET, TOKEN, UID } from './bearer/testing/fakes.ts';
import { accountKey } from './clients.ts';
import { createEndpoints } from './endpoints.ts';
import { NO_STATE } from './http/testing.ts';
import { createClocks } from './operations/clock.ts';
import { createCounters } from './operations/counters.ts';
import { createLog } from './operations/log.ts';
import type { Store, WebSignIns } from './store.ts';
import { mockServerEndpoints } from '../fxa/environments.ts';

it('evicts cached tokens even when the events can’t be stored', async () => {
  const accounts = fakeAccounts();
  const now = () => NOW;
  const http = { fetch: accounts.fetch, now };
  const away = { apply: () => Promise.reject(new Error('no database')) };
  const { app, deliver } = createApp({
    settings: {
      issuer: ORIGIN,
      clients: [client()],
      secret: SECRET,
      host: '127.0.0.1',
      port: 0,
      extensionIds: [],
      tokenCheck: 'introspect',
      realm: 'companion',
      trustedProxies: 0,
      logLevel: 'error',
    },
    endpoints: createEndpoints({ first: mockServerEndpoints(ORIGIN), http, now }),
    store: away as unknown as Store & WebSignIns,
    state: () => Promise.resolve(NO_STATE),
    http,
    log: createLog({ format: 'mozlog', level: 'error' }),
    counters: createCounters(),
    version: { source: '', version: '', commit: '', build: '' },
    clocks: createClocks(),
    stopping: () => false,
    now,
  });
  const statusOfMe = async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    return (await app.request('/v1/me', { headers })).status;
  };
  expect(await statusOfMe()).toBe(200);
  accounts.answer = () => Response.json({ active: false });
  expect(await statusOfMe()).toBe(200);
  const event = { kind: 'password_change', changedAt: NOW } as const;
  const delivery = { clientId: client().clientId, mark: Buffer.from('mark'), events: [event], at: NOW };
  const account = accountKey(SECRET, client(), UID);
  await expect(deliver({ ...delivery, account })).rejects.toThrow('no database');
  expect(await statusOfMe()).toBe(401);
});
