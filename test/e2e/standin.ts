// The stand-in of a test: it can be switched off and on again without forgetting anything.
import { serve, type ServerType } from '@hono/node-server';
import { createStandin, type Standin } from '../../src/standin/app.ts';

export interface TestStandin extends Standin {
  switchOn(): Promise<void>;
  switchOff(): Promise<void>;
}

export function testStandin(port: number): TestStandin {
  const standin = createStandin({ era: 'today', origin: `http://127.0.0.1:${port}` });
  let server: ServerType | undefined;
  return {
    ...standin,
    switchOn: () =>
      new Promise((resolve, reject) => {
        server = serve({ fetch: standin.app.fetch, hostname: '127.0.0.1', port }, () => resolve());
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
