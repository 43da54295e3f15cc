// CORS: only the extension's pages, and web applications that sign in here, may read our responses.
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

// Firefox gives each installation its own origin, so only the pattern can be checked.
const FIREFOX = /^moz-extension:\/\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HOUR = 3600;

export interface CorsOptions {
  /** Ids of the extension in Chromium: 32 letters each. */
  readonly chromeExtensions: readonly string[];
  /** Whether an origin is one of the web applications'. */
  readonly isWebOrigin: (origin: string) => boolean;
  /** The methods a path supports. */
  readonly methods: (path: string) => readonly string[];
}

/** Allows no credentials: callers authenticate with a header they set themselves. Other origins get no CORS headers. */
export function knownOriginsCors({ chromeExtensions, isWebOrigin, methods }: CorsOptions): MiddlewareHandler {
  const chromium = new Set(chromeExtensions.map((id) => `chrome-extension://${id}`));
  const answer = cors({
    origin: (origin) => origin,
    allowMethods: (_origin, c) => [...methods(c.req.path)],
    allowHeaders: ['authorization', 'content-type', 'if-none-match'],
    // `Date` lets the troubleshooting page detect a wrong clock.
    exposeHeaders: ['Date', 'ETag', 'Poll-After', 'Retry-After'],
    maxAge: HOUR,
  });
  return async (c, next) => {
    const origin = c.req.header('origin') ?? '';
    // A preflight for an unknown path gets 404 like any other request.
    const isUnknownPath = c.req.method === 'OPTIONS' && methods(c.req.path).length === 0;
    const isKnown = FIREFOX.test(origin) || chromium.has(origin) || isWebOrigin(origin);
    if (isKnown && !isUnknownPath) return answer(c, next);
    await next();
    // `c.header` would rebuild the response, which costs more than most routes.
    c.res.headers.append('Vary', 'Origin');
    return undefined;
  };
}
