// Logs and counts each request by its route's pattern, never by URL or user.
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Counters } from './counters.ts';
import type { Log } from './log.ts';

interface SummaryOptions {
  readonly log: Pick<Log, 'event' | 'tally' | 'writes'>;
  readonly counters: Pick<Counters, 'request'>;
}

interface AnsweredRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** By `performance.now()`. */
  readonly began: number;
}

/** Successful requests are logged individually at debug; failed ones as sums at info, since anyone can cause them. */
export function summarize({ log, counters }: SummaryOptions, request: AnsweredRequest): void {
  const { method, route, status, began } = request;
  const took = performance.now() - began;
  counters.request(route, status, took / 1000);
  const ms = Math.round(took);
  if (status >= 400) log.tally('request', { route, status }, { method, ms });
  else if (log.writes('debug')) log.event('request', { method, route, status, ms }, 'debug');
}

/** Middleware that summarizes each request. */
export function summaries(options: SummaryOptions): MiddlewareHandler {
  return async (c, next) => {
    const began = performance.now();
    await next();
    summarize(options, { method: c.req.method, route: routePath(c, -1), status: c.res.status, began });
  };
}
