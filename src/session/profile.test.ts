// What becomes of a fetch of the profile that cannot begin, fails, or breaks.
import { beforeEach, expect, it } from 'vitest';
import { createHost, type Host } from '../../test/harness/host.ts';
import { mockServerEndpoints } from '../fxa/environments.ts';
import { createContext, type Context } from './context.ts';
import { refetchProfile, refreshProfile } from './profile.ts';
import { emptyRecord } from './state/record.ts';
import { signedIn } from './testing/stored.ts';

const issuer = 'http://127.0.0.1:9';

let host: Host;
let context: Context;
let requests: number;
beforeEach(() => {
  requests = 0;
  const fetch = () => {
    requests += 1;
    return Promise.reject(new TypeError('Failed to fetch'));
  };
  host = createHost({ fetch, now: () => 1_000_000_000 });
  const config = {
    environment: 'local',
    issuer,
    clientId: 'client',
    scope: 'profile',
    endpoints: mockServerEndpoints(issuer),
  } as const;
  context = createContext(host.start().ports, config, () => Promise.resolve());
});

function signIn(): void {
  host.local.set('record', { ...emptyRecord(`${issuer} client`), session: signedIn() });
}

it('fetches no profile without a session, and does not say that it did', async () => {
  expect(await refetchProfile(context)).toBe(false);
  expect(requests).toBe(0);
  expect(host.reports).toEqual([]);
});

it('stores with the session that the network failed, and reports nothing', async () => {
  signIn();
  expect(await refetchProfile(context)).toBe(false);
  expect(requests).toBeGreaterThan(0);
  expect((await context.store.read()).session).toMatchObject({
    status: 'signedIn',
    profileError: { code: 'offline' },
  });
  expect(host.reports).toEqual([]);
});

it('reports a fault of its own, and the session goes on', async () => {
  signIn();
  const broken = new RangeError('A fault of ours.');
  const breaks = () => {
    throw broken;
  };
  await refreshProfile({ ...context, http: breaks });
  expect(host.reports).toEqual([broken]);
  expect((await context.store.read()).session).toMatchObject({
    status: 'signedIn',
    profileError: { code: 'internal' },
  });
});
