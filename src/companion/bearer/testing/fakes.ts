// Shared by the tests of bearer/: clients, a fake Mozilla accounts with scripted answers, and a way to catch problems.
import { mockServerEndpoints } from '../../../fxa/environments.ts';
import { accountKey, accountName, type Client } from '../../clients.ts';
import { createEndpoints } from '../../endpoints.ts';
import { Problem } from '../../http/problem.ts';
import { createTokenCheck, type TokenCheckOptions } from '../check.ts';

export const NOW = 1_795_240_445_000;
export const ORIGIN = 'http://127.0.0.1:9720';
export const SECRET = new Uint8Array(32).fill(7);
export const UID = 'ad'.repeat(16);
export const OTHER_UID = 'be'.repeat(16);

/** A token made of two repeated digits. */
export const tokenOf = (digits: string): string => digits.repeat(32);
export const TOKEN = tokenOf('aa');

/** A client that requires `profile`. */
export function client(more: Partial<Client> = {}): Client {
  return {
    clientId: 'a1b2c3d4e5f60001',
    name: 'notes',
    scope: 'profile',
    space: 'notes',
    jwt: false,
    ...more,
  };
}

/** The eviction key of an account of this client. */
export function nameOf(uid: string, of: Client = client()): string {
  return accountName(accountKey(SECRET, of, uid));
}

/** An introspection response for a token that lives ten more minutes. */
export function described(more: object = {}): object {
  return {
    active: true,
    scope: 'profile',
    client_id: client().clientId,
    token_type: 'access_token',
    iat: NOW - 60_000,
    exp: NOW + 600_000,
    sub: UID,
    ...more,
  };
}

export interface FakeAccounts {
  /** The response to every request from now on. */
  answer: () => Response | Promise<Response>;
  /** Tokens that were looked up. */
  readonly asked: string[];
  readonly fetch: typeof fetch;
}

/** A Mozilla accounts that answers every request the same way. */
export function fakeAccounts(
  answer: () => Response | Promise<Response> = () => Response.json(described()),
): FakeAccounts {
  const accounts: FakeAccounts = {
    answer,
    asked: [],
    async fetch(_url, init) {
      accounts.asked.push((JSON.parse(init?.body as string) as { token: string }).token);
      return accounts.answer();
    },
  };
  return accounts;
}

/** A token check for one client, on a manual clock. */
export function checking(more: Partial<TokenCheckOptions> = {}) {
  const accounts = fakeAccounts();
  const clock = { now: NOW };
  const asking = { http: { fetch: accounts.fetch }, now: () => clock.now };
  const checks = createTokenCheck({
    clients: [client()],
    endpoints: createEndpoints({ first: mockServerEndpoints(ORIGIN), ...asking }),
    http: asking.http,
    secret: SECRET,
    now: () => clock.now,
    mode: 'introspect',
    ...more,
  });
  return { accounts, clock, ...checks };
}

/** Resolves with the Problem that `work` rejects with. */
export async function problem(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (error instanceof Problem) return error;
  throw error;
}

/** A promise that is resolved from outside. */
export function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((keep) => (resolve = keep));
  return { promise, resolve };
}
