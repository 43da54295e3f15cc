// The HTTP server: its time limits, connection limits and graceful stop.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { limitPerNetwork, plainAddress } from './http/address.ts';

export interface RunningServer {
  /** Without a trailing slash. */
  readonly origin: string;
  /** Stops accepting requests; resolves when those in progress are answered. */
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  readonly app: { readonly fetch: (request: Request, env: object) => Response | Promise<Response> };
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly times?: Partial<ServerTimes>;
  /** Tried first; the app answers what it doesn't handle. */
  readonly webhooks?: RequestHandler;
  /** Maximum connections per network. Leave out behind a proxy, which brings everyone's. */
  readonly connectionsPerNetwork?: number | undefined;
}

/** Returns false, at once, for a request that it doesn't answer. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Milliseconds. */
const TIMES = {
  /** To receive the head of a request. */
  headers: 10_000,
  /** To receive the whole request. */
  request: 15_000,
  /** Until a connection without traffic is closed, including one whose client doesn't read its answer. */
  idle: 30_000,
  /** Until an idle kept-alive connection is closed: longer than load balancers keep theirs, or they reuse one that is closing. */
  keepAlive: 620_000,
  /** To finish answers in progress when stopping. */
  stop: 10_000,
};
export type ServerTimes = typeof TIMES;

const MAX_HEADER_SIZE = 16 * 1024;
const MAX_CONNECTIONS = 4096;
/** From here on idle connections are closed first. */
const CROWDED = 0.75 * MAX_CONNECTIONS;
// Connections are reused, but not forever: a new instance behind the same proxy would get none of them.
const MAX_REQUESTS_PER_SOCKET = 10_000;

/** Rejects with Node's error (`EADDRINUSE`, …) when it cannot listen. */
export function startServer(options: ServerOptions): Promise<RunningServer> {
  const { app, host, port, times = {}, connectionsPerNetwork, webhooks = () => false } = options;
  const { headers, request, idle, keepAlive, stop } = { ...TIMES, ...times };
  const listener = getRequestListener((received, env) => app.fetch(received, env), { hostname: host });
  const limits = {
    headersTimeout: headers,
    requestTimeout: request,
    keepAliveTimeout: keepAlive,
    maxHeaderSize: MAX_HEADER_SIZE,
    // Node checks the first two only this often; its default of 30 s would stretch them.
    connectionsCheckingInterval: Math.min(1000, headers),
  };
  return new Promise((resolve, reject) => {
    const server = createServer(limits, (received, response) => {
      if (!webhooks(received, response)) void listener(received, response);
    });
    server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
    server.maxConnections = MAX_CONNECTIONS;
    server.setTimeout(idle);
    // So that one network can't take all connections.
    const take = limitPerNetwork(connectionsPerNetwork ?? Infinity);
    let open = 0;
    server.on('connection', (socket: Socket) => {
      const release = take(plainAddress(socket.remoteAddress ?? ''));
      if (release === undefined) {
        socket.destroy();
        return;
      }
      open += 1;
      if (open > CROWDED) server.closeIdleConnections();
      socket.once('close', () => {
        release();
        open -= 1;
      });
    });
    const stopped = gracefully(server);
    server.once('error', reject);
    server.listen(port, host, () => {
      const name = host.includes(':') ? `[${host}]` : host;
      const { port: actual } = server.address() as AddressInfo;
      resolve({ origin: `http://${name}:${actual}`, stop: () => stopped(stop) });
    });
  });
}

/** Tracks requests in progress so that stopping can wait for them. */
function gracefully(server: Server): (longest: number) => Promise<void> {
  const answering = new Set<ServerResponse>();
  let stopping: Promise<void> | undefined;
  server.prependListener('request', (_request, response) => {
    answering.add(response);
    if (stopping !== undefined) response.shouldKeepAlive = false;
    response.once('close', () => {
      answering.delete(response);
      if (stopping !== undefined) closeUnused();
    });
  });
  /** Browsers keep unused connections open; don't wait for those. */
  const closeUnused = () => {
    if (answering.size === 0) server.closeAllConnections();
  };
  const stop = async (longest: number) => {
    // Mark only the newest of pipelined answers: nothing more is sent after the one with `Connection: close`.
    const last = new Map([...answering].map((response) => [response.req.socket, response]));
    for (const response of last.values()) response.shouldKeepAlive = false;
    const closed = once(server, 'close');
    server.close();
    closeUnused();
    const deadline = setTimeout(() => server.closeAllConnections(), longest);
    await closed;
    clearTimeout(deadline);
  };
  return (longest) => (stopping ??= stop(longest));
}
