// Bodies within bounds. hono's bodyLimit is left aside: it makes a new Request of one that came in without a length, which
// Node's own Request does not take from @hono/node-server.
import type { Context, MiddlewareHandler } from 'hono';
import { Problem } from './problem.ts';

/** RFC 9112, section 6.3: a request without either header has none. */
export function hasBody(c: Context): boolean {
  const length = c.req.header('content-length');
  return c.req.header('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
}

/** Refuses longer bodies with 413 `body_too_large`; `most` in bytes. */
export function atMost(most: number): MiddlewareHandler {
  return async (c, next) => {
    if (Number(c.req.header('content-length') ?? 0) > most) throw tooLarge(most);
    const body = await c.req.arrayBuffer();
    if (body.byteLength > most) throw tooLarge(most);
    await next();
  };
}

/**
 * Takes in a body that does not say how long it is, where there is one, and keeps it for the route.
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
  // Where Hono keeps the promise of a body that was read, whatever it is asked for next.
  Object.assign(c.req.bodyCache, {
    arrayBuffer: Promise.resolve(new Uint8Array(Buffer.concat(chunks)).buffer),
  });
}

export function tooLarge(most: number): Problem {
  return new Problem(413, 'body_too_large', `A body has ${most} bytes at most here`);
}
