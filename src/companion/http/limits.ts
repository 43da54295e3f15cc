// What a request may weigh, and what it may be made of.
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Problem } from './problem.ts';

const KILOBYTE = 1024;
const LARGEST_BODY = 16 * KILOBYTE;
const LONGEST_AUTHORIZATION = 8 * KILOBYTE;

/** @throws Problem 431 `header_too_long`, 413 `body_too_large` */
export function sizeLimits(): MiddlewareHandler {
  const tooLarge = () => {
    throw new Problem(413, 'body_too_large', `A body has ${LARGEST_BODY} bytes at most`);
  };
  const limited = bodyLimit({ maxSize: LARGEST_BODY, onError: tooLarge });
  return async (c, next) => {
    if ((c.req.header('authorization') ?? '').length > LONGEST_AUTHORIZATION) {
      throw new Problem(431, 'header_too_long', `Authorization has ${LONGEST_AUTHORIZATION} bytes at most`);
    }
    // Looking for a body makes a stream of it, which for webhooks, that have none, costs more than all the rest.
    if (!hasBody(c.req.header('content-length'), c.req.header('transfer-encoding'))) return next();
    if (Number(c.req.header('content-length') ?? 0) > LARGEST_BODY) return tooLarge();
    return limited(c, next);
  };
}

/** @throws Problem 415 `json_only` for a body that is something else. */
export function jsonOnly(): MiddlewareHandler {
  return async (c, next) => {
    const type = (c.req.header('content-type') ?? '').split(';', 1)[0] ?? '';
    if (
      hasBody(c.req.header('content-length'), c.req.header('transfer-encoding')) &&
      type.trim().toLowerCase() !== 'application/json'
    ) {
      throw new Problem(415, 'json_only', 'A body is application/json here');
    }
    await next();
  };
}

/** RFC 9112, section 6.3: a request without either header has none. */
function hasBody(length: string | undefined, encoding: string | undefined): boolean {
  return encoding !== undefined || (length !== undefined && length !== '0');
}
