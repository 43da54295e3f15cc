// The companion, listening on this machine. So far it is its return page and nothing else.
import { type ServerType, serve } from '@hono/node-server';
import { returnPage } from './return-page.ts';

export interface RunningCompanion {
  /** Without a trailing slash. */
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

/** Starts one on 127.0.0.1; port 0 means any free port. Rejects with Node's error (`EADDRINUSE`, …) when it cannot listen. */
export function startCompanion({ port = 0 }: { readonly port?: number } = {}): Promise<RunningCompanion> {
  return new Promise((resolve, reject) => {
    const { fetch } = returnPage();
    const server: ServerType = serve(
      { fetch, hostname: '127.0.0.1', port, overrideGlobalObjects: false },
      (address) => resolve({ origin: `http://127.0.0.1:${address.port}`, stop: () => stop(server) }),
    );
    server.once('error', reject);
  });
}

function stop(server: ServerType): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    // Browsers keep connections open, and would keep this waiting.
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
