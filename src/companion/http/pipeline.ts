// The front: what every request passes, in this order, before it comes to a route.
import { Hono } from 'hono';
import { COMPANION_PATHS } from '../../contract/companion.ts';
import type { Counters } from '../operations/counters.ts';
import type { Log } from '../operations/log.ts';
import { summaries } from '../operations/requests.ts';
import { extensionCors } from './cors.ts';
import { answerErrors } from './errors.ts';
import { jsonOnly, sizeLimits } from './request-size.ts';
import { methodsAt, answerNotFound } from './not-found.ts';
import { QUOTAS, type RateLimits, rateLimits } from './rate-limit.ts';
import { securityHeaders } from './security-headers.ts';

export interface PipelineOptions {
  readonly log: Log;
  readonly counters: Counters;
  /** Ids of the extension in Chromium. */
  readonly chromeExtensions: readonly string[];
  /** Served on this machine alone, without HTTPS. */
  readonly loopback: boolean;
  /** How many proxies stand before the companion and append to `X-Forwarded-For`. */
  readonly trustedProxies?: number;
  /** Default: those of `ALLOWANCES`. */
  readonly limits?: RateLimits;
  /** Told of requests that bring `X-Forwarded-For`. */
  readonly onForwarded?: () => void;
}

export const WEBHOOKS = '/webhooks/';

/** What the extension's doctor page reads beside. */
const FOR_THE_DOCTOR = '/__version__';

/** The app without its routes: add those by `route('/', …)`. */
export function createPipeline(options: PipelineOptions): Hono {
  const { log, counters, chromeExtensions, loopback, trustedProxies = 0, onForwarded } = options;
  const app = new Hono();
  const { limits = rateLimits(QUOTAS, trustedProxies) } = options;
  app.onError(answerErrors(log));
  app.notFound(answerNotFound(app));

  app.use(summaries({ log, counters }));
  app.use((c, next) => {
    if (onForwarded !== undefined && c.req.header('x-forwarded-for') !== undefined) onForwarded();
    return next();
  });
  // What webhooks are answered no browser reads; there five headers more would be a tenth of all the work.
  const secured = securityHeaders(loopback);
  app.use((c, next) => (c.req.path.startsWith(WEBHOOKS) ? next() : secured(c, next)));
  // Before the limits: what they refuse, the extension is to read as well.
  const readable = extensionCors({ chromeExtensions, methods: (path) => methodsAt(app, path) });
  for (const path of ['/v1/*', FOR_THE_DOCTOR]) app.use(path, readable);
  app.use(`${WEBHOOKS}*`, limits.webhooks);
  for (const path of ['/v1/*', '/status', '/metrics']) app.use(path, limits.failures);
  app.use(COMPANION_PATHS.sessions, limits.sessionCreation);
  app.use(COMPANION_PATHS.metricsFlow, limits.flows);
  app.use(sizeLimits());
  app.use('/v1/*', jsonOnly());
  return app;
}
