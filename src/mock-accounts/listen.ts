/** Starts a mock server that listens on this machine. */
import { type ServerType, serve } from '@hono/node-server';
import { createMockServer, type MockServer, type MockServerOptions } from './app.ts';

export interface RunningMockServer extends MockServer {
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts one on 127.0.0.1; port 0 means any free port. Rejects with Node's error (`EADDRINUSE`, …) if it cannot listen.
 */
export async function startMockServer(
  options: Omit<MockServerOptions, 'origin'> & { readonly port?: number },
): Promise<RunningMockServer> {
  // Responses contain the origin, so the port must be known before the app is created.
  const late: { mock?: MockServer } = {};
  const server: ServerType = await new Promise((resolve, reject) => {
    const starting = serve(
      {
        fetch: (request, env) => late.mock?.app.fetch(request, env) ?? new Response(null, { status: 503 }),
        hostname: '127.0.0.1',
        port: options.port ?? 0,
        overrideGlobalObjects: false,
      },
      () => resolve(starting),
    );
    starting.once('error', reject);
  });
  // Browsers retry requests lost on a reused connection, which would hide dropped responses.
  if ('maxRequestsPerSocket' in server) server.maxRequestsPerSocket = 1;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The mock server has no port');
  const origin = `http://127.0.0.1:${address.port}`;
  const mock = createMockServer({ ...options, origin });
  late.mock = mock;
  const end = () => {
    mock.events.stop();
    return stop(server);
  };
  return { ...mock, origin, stop: end };
}

function stop(server: ServerType): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
