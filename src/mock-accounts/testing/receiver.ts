/** A webhook for tests: records requests exactly, and responds as the test says. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** Claims of the bearer token, unverified; empty without one. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Milliseconds, of a clock that only grows. */
  readonly at: number;
}

/** A status, or what to do with the connection. */
export type Reply = number | ((response: ServerResponse, received: Received) => void);

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** The URIs of the events that arrived, without what is common to all. */
  events(): readonly string[];
  /** What the next requests are answered, one each; then 200. */
  answer(...replies: readonly Reply[]): void;
  stop(): Promise<void>;
}

function claimsOf(authorization = ''): Readonly<Record<string, unknown>> {
  const payload = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(authorization)?.[1];
  if (payload === undefined) return {};
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<Record<string, unknown>>;
}

/** One that listens on this machine. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let replies: Reply[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url: path = '', headers, rawHeaders } = request;
      const claims = claimsOf(headers.authorization);
      const got: Received = { method, path, headers, rawHeaders, body, claims, at: performance.now() };
      received.push(got);
      const reply = replies.shift() ?? 200;
      if (typeof reply === 'number') response.writeHead(reply).end();
      else reply(response, got);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/fxa`;
  return {
    url,
    received,
    events: () =>
      received
        .flatMap(({ claims }) => Object.keys(claims.events ?? {}))
        .map((uri) => uri.replace(/^.*\//, '')),
    answer(...next) {
      replies = [...next];
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
