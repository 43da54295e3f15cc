// The mock server of a test: it can be switched off and on again without forgetting anything, and hold its answers back.
import { serve, type ServerType } from '@hono/node-server';
import { createMockServer, type MockServer } from '../../src/mock-accounts/app.ts';
import type { AnyEra } from '../../src/mock-accounts/era.ts';
import { callsOf, needsBody } from '../../src/mock-accounts/faults/calls.ts';
import { seedClients } from '../../src/mock-accounts/seed.ts';
import { createHolds, type Holds } from './hold-requests.ts';

export interface TestMockServer extends MockServer {
  readonly origin: string;
  switchOn(): Promise<void>;
  switchOff(): Promise<void>;
  /** From now until it is released: requests of that name have their effect, and no answer; or not even that. */
  readonly hold: Holds['hold'];
  /** With which parameters the sign-in page was asked for, the newest last. */
  readonly asked: readonly URLSearchParams[];
  /** Every request since it was made, as `GET /metrics-flow`. */
  readonly requests: readonly string[];
}

export function testMockServer(port: number, era: AnyEra, returnPage: string): TestMockServer {
  const origin = `http://127.0.0.1:${port}`;
  const mock = createMockServer({ era, origin, clients: seedClients(returnPage) });
  const asked: URLSearchParams[] = [];
  const requests: string[] = [];
  const holds = createHolds();
  let server: ServerType | undefined;
  const serveRequest = async (request: Request, env: object) => {
    const { method } = request;
    const { pathname, searchParams } = new URL(request.url);
    requests.push(`${method} ${pathname}`);
    if (pathname === '/authorization' || pathname === '/oidc/auth') asked.push(searchParams);
    const body = needsBody(method, pathname) ? await request.clone().text() : '';
    const calls = callsOf(method, pathname, body);
    await holds.pass(calls, 'before');
    const answer = await mock.app.fetch(request, env);
    await holds.pass(calls, 'after');
    return answer;
  };
  return {
    ...mock,
    origin,
    asked,
    requests,
    hold: holds.hold,
    switchOn: () =>
      new Promise((resolve, reject) => {
        server = serve({ fetch: serveRequest, hostname: '127.0.0.1', port }, () => resolve());
        // As in server.ts: a browser repeats a request by itself when a connection it has used before breaks.
        if ('maxRequestsPerSocket' in server) server.maxRequestsPerSocket = 1;
        server.once('error', reject);
      }),
    switchOff: () =>
      new Promise((resolve) => {
        const running = server;
        server = undefined;
        if (running === undefined) {
          resolve();
          return;
        }
        running.close(() => resolve());
        if ('closeAllConnections' in running) running.closeAllConnections();
      }),
  };
}

/** Gives an account another name behind the extension's back: seeing it proves that the profile was fetched. */
export function rename({ store }: TestMockServer, email: string, displayName: string): void {
  const account = accountOf(store, email);
  account.displayName = displayName;
  store.profileChanged(account);
}

export function accountOf({ accounts }: MockServer['store'], email: string) {
  const account = accounts.byEmail(email);
  if (account === undefined) throw new Error(`${email} has no account.`);
  return account;
}
