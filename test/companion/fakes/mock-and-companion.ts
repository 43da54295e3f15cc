// A mock server of Mozilla accounts and one folder's routes of the companion in front of it, in this process.
import { Hono } from 'hono';
import { createTokenCheck } from '../../../src/companion/bearer/check.ts';
import type { TokenCheck } from '../../../src/companion/bearer/types.ts';
import { accountKey, type Client } from '../../../src/companion/clients.ts';
import { createEndpoints, type CurrentEndpoints } from '../../../src/companion/endpoints.ts';
import { answerProblem, Problem } from '../../../src/companion/http/problem.ts';
import type { AccountEvent } from '../../../src/companion/security-events/types.ts';
import type { SessionParts } from '../../../src/companion/sessions/create.ts';
import type { Store } from '../../../src/companion/store.ts';
import { mockServerEndpoints } from '../../../src/fxa/environments.ts';
import { createKeys } from '../../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { drive, type Driver, type CodeOptions } from '../../../src/mock-accounts/testing/drive.ts';
import { fakeStore } from './store.ts';

export const CLIENT: Client = {
  clientId: 'a1b2c3d4e5f60001',
  name: 'test',
  scope: 'profile:uid profile:email',
  space: 'test',
  jwt: false,
  origin: 'https://extension.example',
};
export const OTHER_CLIENT: Client = {
  clientId: 'a1b2c3d4e5f60002',
  name: 'other',
  scope: 'profile:uid profile:email',
  space: 'other',
  jwt: false,
};
export const SECRET = new Uint8Array(32).fill(7);

const keys = createKeys(Date.now);

export interface Harness<S extends Store> {
  readonly mock: RunningMockServer;
  readonly driver: Driver;
  readonly store: S;
  readonly clock: { now: number };
  readonly check: TokenCheck;
  readonly endpoints: CurrentEndpoints;
  readonly clients: ReadonlyMap<string, Client>;
  /** Of the routes of sessions and metrics. */
  readonly parts: SessionParts;
  /** Mounts routes with the companion's error handling. Unexpected errors go to `unexpected`. */
  serve(routes: Hono): Hono;
  readonly unexpected: unknown[];
  /** An access token of an account. */
  token(wish?: CodeOptions): Promise<string>;
  uid(email?: string): string;
  /** Applies an event to the store, as a SET would. */
  receives(event: AccountEvent, email?: string, client?: Client): Promise<void>;
}

let jti = 0;

/** Without `store`, an in-memory one. */
export async function createHarness(): Promise<Harness<ReturnType<typeof fakeStore>>>;
export async function createHarness<S extends Store>(store: S): Promise<Harness<S>>;
export async function createHarness(store: Store = fakeStore()): Promise<Harness<Store>> {
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const mock = await startMockServer({ era: 'today', now, keys });
  const driver = drive(mock);
  const clients = new Map([CLIENT, OTHER_CLIENT].map((client) => [client.clientId, client]));
  const http = { fetch, now };
  const endpoints = createEndpoints({ first: mockServerEndpoints(mock.origin), http, now });
  const { check } = createTokenCheck({
    clients: [...clients.values()],
    endpoints,
    http,
    mode: 'introspect',
    now,
    secret: SECRET,
  });
  const unexpected: unknown[] = [];
  const uid = (email = 'ada@example.com') => mock.store.accounts.byEmail(email)?.uid ?? '';
  return {
    mock,
    driver,
    store,
    clock,
    check,
    clients,
    unexpected,
    uid,
    endpoints,
    parts: { store, check, clients, endpoints, secret: SECRET, http, now },
    serve(routes) {
      const app = new Hono();
      app.onError((error, c) => {
        if (error instanceof Problem) return answerProblem(c, error);
        unexpected.push(error);
        return c.json({ error: 'internal', message: '' }, 500);
      });
      app.route('/', routes);
      return app;
    },
    async token(wish = {}) {
      const { access_token: token } = await driver.tokens({ scope: CLIENT.scope, ...wish });
      return String(token);
    },
    async receives(event, email, client = CLIENT) {
      await store.apply({
        account: accountKey(SECRET, client, uid(email)),
        clientId: client.clientId,
        mark: Buffer.from(`mark ${String((jti += 1))}`),
        events: [event],
        at: clock.now,
      });
    },
  };
}
