/** Answers CORS preflights like the servers' HTTP framework. */
import { httpProblem } from '../problems.ts';
import type { ApiStyle } from './server-style.ts';
import { json } from './reply.ts';

/**
 * Answers an OPTIONS request. `exists` tells whether a method has a route. Throws 404 problems.
 * FxA: a disallowed header gets a 200 without CORS headers.
 */
export function preflight(request: Request, style: ApiStyle, exists: (method: string) => boolean): Response {
  const method = request.headers.get('access-control-request-method');
  if (method === null) {
    throw httpProblem(404, 'Not Found', 'CORS error: Missing Access-Control-Request-Method header');
  }
  if (!exists(method)) throw httpProblem(404, 'Not Found');
  const origin = request.headers.get('origin');
  if (style.cors === 'echo' && origin === null) {
    throw httpProblem(404, 'Not Found', 'CORS error: Missing Origin header');
  }
  const requested = (request.headers.get('access-control-request-headers') ?? '')
    .toLowerCase()
    .split(',')
    .map((header) => header.trim())
    .filter((header) => header !== '');
  const allowed = new Set(style.allowedHeaders.map((header) => header.toLowerCase()).concat('origin'));
  if (requested.some((header) => !allowed.has(header))) {
    return json({ message: 'CORS error: Some headers are not allowed' });
  }
  return new Response(null, {
    status: style.preflightStatus,
    headers: {
      'access-control-allow-origin': style.cors === 'star' ? '*' : (origin ?? '*'),
      'access-control-allow-methods': method,
      'access-control-allow-headers': style.allowedHeaders.join(','),
      'access-control-max-age': '86400',
      'access-control-expose-headers': style.exposedHeaders,
      ...(style.preflightStatus === 204 ? {} : { 'content-length': '0' }),
    },
  });
}
