// One entry and one count per request: by the route's pattern, never by its URL or whose it is.
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Counters } from './counters.ts';
import type { Log } from './log.ts';

export interface SummaryOptions {
  readonly log: Log;
  readonly counters: Counters;
}

/** What was answered well is told at debug, one by one; what was not at info, in sums: anybody can make requests that fail. */
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
