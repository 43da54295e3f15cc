// Limits on the size and media type of requests.
import type { MiddlewareHandler } from 'hono';
import { hasBody, bufferBody, tooLarge } from './body.ts';
import { Problem } from './problem.ts';

const KILOBYTE = 1024;
const LARGEST_BODY = 16 * KILOBYTE;
const LONGEST_AUTHORIZATION = 8 * KILOBYTE;

/**
 * Limits `Authorization` and the body.
 *
 * @throws Problem 431 `header_too_long`, 413 `body_too_large`
 */
export function sizeLimits(): MiddlewareHandler {
  return async (c, next) => {
    if ((c.req.header('authorization') ?? '').length > LONGEST_AUTHORIZATION) {
      throw new Problem(
        431,
        'header_too_long',
        `Authorization may have at most ${LONGEST_AUTHORIZATION} bytes`,
      );
    }
    // Only looks at headers unless needed: accessing the body creates a stream, expensive for webhooks, which have
    // none.
    if (c.req.header('transfer-encoding') !== undefined) await bufferBody(c, LARGEST_BODY);
    else if (Number(c.req.header('content-length') ?? 0) > LARGEST_BODY) throw tooLarge(LARGEST_BODY);
    await next();
  };
}

/**
 * Requires JSON bodies.
 *
 * @throws Problem 415 `json_only` for any other body
 */
export function jsonOnly(): MiddlewareHandler {
  return async (c, next) => {
    const type = (c.req.header('content-type') ?? '').split(';', 1)[0] ?? '';
    if (hasBody(c) && type.trim().toLowerCase() !== 'application/json') {
      throw new Problem(415, 'json_only', 'The body must be application/json');
    }
    await next();
  };
}
