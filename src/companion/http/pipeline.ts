// The middleware pipeline every request but a webhook passes before it reaches a route.
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { COMPANION_PATHS } from '../../contract/companion.ts';
import { WEB_PATHS } from '../../contract/web-sign-in.ts';
import type { Counters } from '../operations/counters.ts';
import type { Log } from '../operations/log.ts';
import { summaries } from '../operations/requests.ts';
import { knownOriginsCors } from './cors.ts';
import { problemOf } from './errors.ts';
import { jsonOnly, sizeLimits } from './body.ts';
import { answerProblem, Problem } from './problem.ts';
import type { RateLimits } from './rate-limit.ts';

export interface PipelineOptions {
  readonly log: Log;
  readonly counters: Counters;
  /** Ids of the extension in Chromium. */
  readonly chromeExtensions: readonly string[];
  /** Whether an origin is that of a web application that signs in here. */
  readonly isWebOrigin: (origin: string) => boolean;
  /** Listening on this machine only, without HTTPS. */
  readonly loopback: boolean;
  readonly limits: RateLimits;
  /** Called for requests that carry `X-Forwarded-For`. */
  readonly onForwarded: () => void;
}

/** Seconds. */
const TWO_YEARS = 2 * 365 * 24 * 3600;

const WEB_PATTERN = '/fxa-oauth/*';

/** Also read by the extension's troubleshooting page. */
const VERSION_PATH = '/__version__';

/** Creates the app without its routes; add them with `route('/', …)`. */
export function createPipeline(options: PipelineOptions): Hono {
  const { log, counters, chromeExtensions, isWebOrigin, loopback, limits, onForwarded } = options;
  const app = new Hono();
  app.onError((error, c) => answerProblem(c, problemOf(error, log, c.req.raw.signal.aborted)));
  app.notFound((c) => answerProblem(c, notFound(app, c)));

  app.use(summaries({ log, counters }));
  app.use((c, next) => {
    if (c.req.header('x-forwarded-for') !== undefined) onForwarded();
    return next();
  });
  app.use(securityHeaders(loopback));
  // Before the limits, so that the extension can read their refusals too.
  const readable = knownOriginsCors({
    chromeExtensions,
    isWebOrigin,
    methods: (path) => methodsAt(app, path),
  });
  for (const path of ['/v1/*', WEB_PATTERN, VERSION_PATH]) app.use(path, readable);
  for (const path of ['/v1/*', WEB_PATTERN, '/status', '/metrics']) app.use(path, limits.failures);
  for (const prefix of ['', '/v1']) {
    app.use(prefix + WEB_PATHS.login, limits.webLogins);
    app.use(prefix + WEB_PATHS.token, limits.sessionCreation);
  }
  app.use(COMPANION_PATHS.sessions, limits.sessionCreation);
  app.use(COMPANION_PATHS.metricsFlow, limits.flows);
  app.use(sizeLimits());
  for (const path of ['/v1/*', WEB_PATTERN]) app.use(path, jsonOnly());
  return app;
}

/** The methods the app supports at a path; empty for an unknown path. Routes have no path parameters. */
function methodsAt(app: Hono, path: string): string[] {
  const methods = app.routes.filter((route) => route.path === path && route.method !== 'ALL');
  return [...new Set(methods.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}

/** 404, or 405 with `Allow`. */
function notFound(app: Hono, c: Context): Problem {
  const methods = methodsAt(app, c.req.path);
  if (methods.length === 0 || methods.includes(c.req.method))
    return new Problem(404, 'not_found', 'Not found');
  const allow = methods.join(', ');
  return new Problem(405, 'method_not_allowed', `Use ${allow}`, { headers: { allow } });
}

/**
 * No scripts, framing, sniffing or referrers. Pages with styles set their own policy, which is kept. `loopback`: no
 * HTTPS, so no HSTS.
 */
function securityHeaders(loopback: boolean): MiddlewareHandler {
  return secureHeaders({
    overwrite: false,
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    xContentTypeOptions: 'nosniff',
    strictTransportSecurity: loopback ? false : `max-age=${TWO_YEARS}; includeSubDomains`,
    crossOriginResourcePolicy: 'same-origin',
    // Obsolete, or already covered by the policy.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    removePoweredBy: false,
  });
}
