// For tests: a pipeline with inert parts, and requests from chosen addresses.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hono } from 'hono';
import { createCounters } from '../operations/counters.ts';
import { createLog } from '../operations/log.ts';
import type { RequestHandler } from '../server.ts';
import type { OperatorState } from '../store.ts';
import { createPipeline, type PipelineOptions } from './pipeline.ts';
import { rateLimits } from './rate-limit.ts';

export const NO_STATE: OperatorState = {
  clients: {},
  deliveries: [],
  revocations: { pending: 0, setAside: [] },
};

/** Log lines are pushed to `lines`. */
export function testPipeline(options: Partial<PipelineOptions> = {}, lines: string[] = []): Hono {
  return createPipeline({
    log: createLog({ format: 'mozlog', level: 'debug', out: { write: (line) => lines.push(line) } }),
    counters: createCounters(),
    chromeExtensions: [],
    isWebOrigin: () => false,
    loopback: true,
    limits: rateLimits(0),
    onForwarded: () => undefined,
    ...options,
  });
}

/** The `env` the server passes to the app for a connection from an address. */
export function from(address: string): object {
  return { incoming: { socket: { remoteAddress: address } } };
}

/** Sends a request without a body to a handler, without a connection. `headers` in lower case. */
export function send(
  handler: RequestHandler,
  { method = 'POST', url = '/webhooks/fxa', headers = {}, address = '192.0.2.1' } = {},
): Promise<Response> {
  return new Promise((resolve) => {
    let head: ResponseInit = {};
    const response = {
      writeHead: (status: number, headers: Record<string, string>) => {
        head = { status, headers };
        return response;
      },
      end: (body: string) => resolve(new Response(body, head)),
    };
    const request = { method, url, headers, socket: { remoteAddress: address } };
    handler(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
}
