// The companion, listening: how long it waits for whom, and how it stops without losing an answer.
import { createServer } from 'node:http';
import type {
  IncomingMessage,
  RequestListener,
  Server,
  ServerOptions as HttpServerOptions,
  ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { serve } from '@hono/node-server';
import { networkOf, plainAddress } from './http/address.ts';

export interface RunningCompanion {
  /** Without a trailing slash. */
  readonly origin: string;
  /** Takes nothing more in, and resolves when what was taken in is answered. */
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  readonly app: { readonly fetch: (request: Request, env: object) => Response | Promise<Response> };
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly times?: Partial<ServerTimes>;
  readonly shortcut?: Shortcut | undefined;
  /** Connections of one network at a time. Left out where a proxy brings everybody's. */
  readonly connectionsEach?: number | undefined;
}

/**
 * Answers a request without the app, where that is worth it: undefined at once for all but its own, and false later for what is to go
 * through the app after all. Never rejects.
 */
export type Shortcut = (request: IncomingMessage, response: ServerResponse) => Promise<boolean> | undefined;

/** Milliseconds. */
export interface ServerTimes {
  /** For the head of a request. */
  readonly headers: number;
  /** For all of it. */
  readonly request: number;
  /** Until a connection on which nothing moves is closed, an answer that nobody reads included. */
  readonly idle: number;
  /** Until one is closed that waits for the next request. Longer than load balancers wait, which else use it as it closes. */
  readonly keepAlive: number;
  /** For the answers that are on their way when it stops. */
  readonly stop: number;
}

const TIMES: ServerTimes = {
  headers: 10_000,
  request: 15_000,
  idle: 30_000,
  keepAlive: 620_000,
  stop: 10_000,
};
const MAX_HEADER_SIZE = 16 * 1024;
const MAX_CONNECTIONS = 4096;
const CROWDED = 0.75 * MAX_CONNECTIONS;
// Connections are worth keeping, above all those of a proxy; but not for ever, or a new instance would get none of them.
const MAX_REQUESTS_PER_SOCKET = 10_000;

/** Rejects with Node's error (`EADDRINUSE`, …) when it cannot listen. */
export function startServer(options: ServerOptions): Promise<RunningCompanion> {
  const { app, host, port, times = {}, connectionsEach, shortcut } = options;
  const { headers, request, idle, keepAlive, stop } = { ...TIMES, ...times };
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: (asked, env) => app.fetch(asked, env),
        hostname: host,
        port,
        ...(shortcut && { createServer: withShortcut(shortcut) }),
        serverOptions: {
          headersTimeout: headers,
          requestTimeout: request,
          keepAliveTimeout: keepAlive,
          maxHeaderSize: MAX_HEADER_SIZE,
          // How often Node looks at the first two; its half minute would make them longer than they say.
          connectionsCheckingInterval: Math.min(1000, headers),
        },
      },
      ({ port: taken }) => {
        const name = host.includes(':') ? `[${host}]` : host;
        resolve({ origin: `http://${name}:${taken}`, stop: () => stopped(stop) });
      },
    ) as Server;
    server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
    server.maxConnections = MAX_CONNECTIONS;
    server.setTimeout(idle);
    closeIdleWhenCrowded(server);
    if (connectionsEach !== undefined) limitPerNetwork(server, connectionsEach);
    const stopped = gracefully(server);
    server.once('error', reject);
  });
}

/** The same server, with the shortcut tried first. */
function withShortcut(shortcut: Shortcut): typeof createServer {
  return ((options: HttpServerOptions, long: RequestListener) =>
    createServer(options, (request, response) => {
      const short = shortcut(request, response);
      if (short === undefined) long(request, response);
      else void short.then((answered) => answered || long(request, response));
    })) as typeof createServer;
}

/** Connections that wait for their next request go first when there are nearly as many as there may be. */
function closeIdleWhenCrowded(server: Server): void {
  let open = 0;
  server.on('connection', (socket: Socket) => {
    open += 1;
    if (open > CROWDED) server.closeIdleConnections();
    socket.once('close', () => {
      open -= 1;
    });
  });
}

/** Nobody is to hold all the connections there are. */
function limitPerNetwork(server: Server, most: number): void {
  const held = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const network = networkOf(plainAddress(socket.remoteAddress ?? ''));
    const before = held.get(network) ?? 0;
    if (before >= most) {
      socket.destroy();
      return;
    }
    held.set(network, before + 1);
    socket.once('close', () => {
      const others = (held.get(network) ?? 1) - 1;
      if (others > 0) held.set(network, others);
      else held.delete(network);
    });
  });
}

/** Keeps account of what is being answered, so that the end can wait for it. */
function gracefully(server: Server): (longest: number) => Promise<void> {
  const answering = new Set<ServerResponse>();
  let stopping: Promise<void> | undefined;
  let answered: (() => void) | undefined;
  server.prependListener('request', (_request, response) => {
    answering.add(response);
    if (stopping !== undefined) response.shouldKeepAlive = false;
    response.once('close', () => {
      answering.delete(response);
      if (answering.size === 0) answered?.();
    });
  });
  const stop = (longest: number) =>
    new Promise<void>((resolve, reject) => {
      // Of several on one connection the newest: after the one that says so nothing more is sent.
      const last = new Map([...answering].map((response) => [response.req.socket, response]));
      for (const response of last.values()) response.shouldKeepAlive = false;
      server.close((error) => (error === undefined ? resolve() : reject(error)));
      // Browsers hold connections on which they have not asked for anything; nobody waits for those.
      const closeAll = () => {
        clearTimeout(deadline);
        server.closeAllConnections();
      };
      const deadline = setTimeout(closeAll, longest);
      answered = closeAll;
      if (answering.size === 0) closeAll();
    });
  return (longest) => (stopping ??= stop(longest));
}
