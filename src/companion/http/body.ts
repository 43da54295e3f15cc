// Size limits for bodies. Hono's bodyLimit creates a new Request for bodies without a length, which @hono/node-server's
// Request doesn't support.
import type { Context, MiddlewareHandler } from 'hono';
import { Problem } from './problem.ts';

/** RFC 9112, section 6.3: a request with neither header has no body. */
export function hasBody(c: Context): boolean {
  const length = c.req.header('content-length');
  return c.req.header('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
}

/** Middleware that refuses bodies longer than `most` bytes with 413 `body_too_large`. */
export function atMost(most: number): MiddlewareHandler {
  return async (c, next) => {
    if (Number(c.req.header('content-length') ?? 0) > most) throw tooLarge(most);
    const body = await c.req.arrayBuffer();
    if (body.byteLength > most) throw tooLarge(most);
    await next();
  };
}

/**
 * Buffers a body of unknown length, if any, for the route.
 *
 * @throws Problem 413 `body_too_large`
 */
export async function bufferBody(c: Context, most: number): Promise<void> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream: AsyncIterable<Uint8Array> | undefined = c.req.raw.body ?? undefined;
  for await (const chunk of stream ?? []) {
    length += chunk.byteLength;
    if (length > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  // Hono's cache, from which it serves every later read of the body.
  Object.assign(c.req.bodyCache, {
    arrayBuffer: Promise.resolve(new Uint8Array(Buffer.concat(chunks)).buffer),
  });
}

export function tooLarge(most: number, headers = {}): Problem {
  return new Problem(413, 'body_too_large', `The body may have at most ${most} bytes`, { headers });
}
