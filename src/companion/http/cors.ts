// Which pages may read our answers: those of the extension, and nobody else's.
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

// Firefox gives each installation an address of its own, so there the pattern is all that can be asked for.
const FIREFOX = /^moz-extension:\/\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HOUR = 3600;

export interface CorsOptions {
  /** Ids of the extension in Chromium: 32 letters each. */
  readonly chromeExtensions: readonly string[];
  /** The methods a path knows. */
  readonly methods: (path: string) => readonly string[];
}

/** No credentials: what proves a caller is a header the extension sets itself. Other origins get no CORS header at all. */
export function extensionCors({ chromeExtensions, methods }: CorsOptions): MiddlewareHandler {
  const chromium = new Set(chromeExtensions.map((id) => `chrome-extension://${id}`));
  const answer = cors({
    origin: (origin) => origin,
    allowMethods: (_origin, c) => [...methods(c.req.path)],
    allowHeaders: ['authorization', 'content-type', 'if-none-match'],
    // `Date` tells the doctor of a clock that is off.
    exposeHeaders: ['Date', 'ETag', 'Retry-After'],
    maxAge: HOUR,
  });
  return async (c, next) => {
    const origin = c.req.header('origin') ?? '';
    // A preflight for what is nowhere is answered as everything else there is.
    const isUnknownPath = c.req.method === 'OPTIONS' && methods(c.req.path).length === 0;
    if ((FIREFOX.test(origin) || chromium.has(origin)) && !isUnknownPath) return answer(c, next);
    await next();
    // `c.header` would make the whole answer anew, which costs more than most answers.
    c.res.headers.append('Vary', 'Origin');
    return undefined;
  };
}
