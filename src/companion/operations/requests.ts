// Logs and counts each request by its route's pattern, never by URL or user.
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Counters } from './counters.ts';
import type { Log } from './log.ts';

export interface SummaryOptions {
  readonly log: Log;
  readonly counters: Counters;
}

/** Successful requests are logged individually at debug; failed ones as sums at info, since anyone can cause them. */
export function summaries({ log, counters }: SummaryOptions): MiddlewareHandler {
  return async (c, next) => {
    const began = performance.now();
    await next();
    const { status } = c.res;
    const { method } = c.req;
    const route = routePath(c, -1);
    counters.request(route, status);
    const ms = Math.round(performance.now() - began);
    if (status >= 400) log.tally('request', { route, status }, { method, ms });
    else if (log.writes('debug')) log.event('request', { method, route, status, ms }, 'debug');
  };
}
