// The stand-in of a test: it can be switched off and on again without forgetting anything.
import { serve, type ServerType } from '@hono/node-server';
import { createStandin, type Standin } from '../../src/standin/app.ts';
import type { Era } from '../../src/standin/era.ts';

export interface TestStandin extends Standin {
  switchOn(): Promise<void>;
  switchOff(): Promise<void>;
  /** Milliseconds the sign-in page keeps a browser waiting, which shows no window until then. */
  pageDelay: number;
}

export function testStandin(port: number, era: Era): TestStandin {
  const standin = createStandin({ era, origin: `http://127.0.0.1:${port}` });
  let server: ServerType | undefined;
  const serveRequest = async (request: Request) => {
    const isPage = new URL(request.url).pathname === '/authorization';
    if (isPage) await new Promise((resolve) => setTimeout(resolve, test.pageDelay));
    return standin.app.fetch(request);
  };
  const test: TestStandin = {
    ...standin,
    pageDelay: 0,
    switchOn: () =>
      new Promise((resolve, reject) => {
        server = serve({ fetch: serveRequest, hostname: '127.0.0.1', port }, () => resolve());
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
  return test;
}

/** Gives an account another name behind the extension's back: seeing it proves that the profile was fetched. */
export function rename({ store }: TestStandin, email: string, displayName: string): void {
  const account = store.accounts.byEmail(email);
  if (account === undefined) throw new Error(`${email} has no account.`);
  account.displayName = displayName;
  store.profileChanged(account);
}
