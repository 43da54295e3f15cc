/** Adds a server's headers to a response: CORS, caching, security, clock. */
import type { ApiStyle } from './server-style.ts';

/** CORS headers of an actual request (not a preflight). */
export function addCors(headers: Headers, style: ApiStyle, origin: string | null): void {
  if (style.cors === 'star') {
    headers.set('access-control-allow-origin', '*');
  } else {
    headers.append('vary', 'origin');
    if (origin !== null) headers.set('access-control-allow-origin', origin);
  }
  if (origin !== null || style.exposesWithoutOrigin) {
    headers.set('access-control-expose-headers', style.exposedHeaders);
  }
}

function addSecurity(headers: Headers, style: ApiStyle): void {
  headers.set('strict-transport-security', style.strictTransport);
  headers.set('x-frame-options', 'DENY');
  headers.set('x-xss-protection', '1; mode=block');
  if (style.downloadOptions) headers.set('x-download-options', 'noopen');
  headers.set('x-content-type-options', 'nosniff');
}

/** Whether a response is for a route, for none (404), or a preflight, which has its own CORS headers. */
export type Belonging = 'route' | 'nowhere' | 'preflight';

/** Adds the headers of `style` to `response`. `now` in milliseconds. */
export function addResponseHeaders(
  response: Response,
  style: ApiStyle,
  context: { belonging: Belonging; origin: string | null; now: number },
): Response {
  const { headers } = response;
  const { belonging, origin, now } = context;
  if (belonging === 'route' || (belonging === 'nowhere' && style.corsOffRoute))
    addCors(headers, style, origin);
  addSecurity(headers, style);
  if (style.timestamp) headers.set('timestamp', String(Math.floor(now / 1000)));
  if (!headers.has('cache-control')) {
    headers.set('cache-control', belonging === 'route' ? style.cacheControl : style.cacheControlOffRoute);
  }
  const length = headers.get('content-length');
  const compressible = headers.get('content-type')?.startsWith('application/json') ?? false;
  // The framework compresses what is long, or of unknown length.
  const long = compressible && (length === null || Number(length) >= style.compressedFrom);
  if (style.compressedFrom === 0 || long) {
    const vary = headers.get('vary');
    headers.set('vary', vary === null ? 'accept-encoding' : `${vary},accept-encoding`);
  }
  return response;
}
