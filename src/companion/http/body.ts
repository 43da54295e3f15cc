// Limits on the size and media type of requests, and their JSON. Hono's bodyLimit creates a new Request for bodies
// without a length, which @hono/node-server's Request doesn't support.
import type { Context, MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import type { JsonObject } from '../../fxa/http.ts';
import { isObject } from '../security-events/signature.ts';
import { badRequest, Problem } from './problem.ts';

/** Bytes. */
export const LARGEST_BODY = 16_384;
const LONGEST_AUTHORIZATION = 8192;

/** Limits `Authorization` (431 `header_too_long`) and the body (413 `body_too_large`). */
export function sizeLimits(): MiddlewareHandler {
  return async (c, next) => {
    checkAuthorization(c.req.header('authorization'));
    // Only looks at headers unless needed: accessing the body creates a stream.
    if (c.req.header('transfer-encoding') !== undefined) await bufferBody(c);
    else if (Number(c.req.header('content-length') ?? 0) > LARGEST_BODY) throw tooLarge(LARGEST_BODY);
    await next();
  };
}

/** Throws Problem 431 `header_too_long`. */
export function checkAuthorization(value = ''): void {
  if (value.length <= LONGEST_AUTHORIZATION) return;
  throw new Problem(431, 'header_too_long', `Authorization may have at most ${LONGEST_AUTHORIZATION} bytes`);
}

/** Middleware that refuses bodies longer than `most` bytes with 413 `body_too_large`. */
export function atMost(most: number): MiddlewareHandler {
  return async (c, next) => {
    // Before the body has come, which it may never do.
    if (Number(c.req.header('content-length') ?? 0) > most) throw tooLarge(most);
    const body = await c.req.arrayBuffer();
    if (body.byteLength > most) throw tooLarge(most);
    await next();
  };
}

/** Middleware that refuses bodies other than JSON with 415 `json_only`. */
export function jsonOnly(): MiddlewareHandler {
  return async (c, next) => {
    // RFC 9112, section 6.3: a request with neither header has no body.
    const hasBody =
      c.req.header('transfer-encoding') !== undefined || Number(c.req.header('content-length') ?? 0) > 0;
    const type = (c.req.header('content-type') ?? '').split(';', 1)[0] ?? '';
    if (hasBody && type.trim().toLowerCase() !== 'application/json') {
      throw new Problem(415, 'json_only', 'The body must be application/json');
    }
    await next();
  };
}

const OBJECT = v.pipe(
  v.string(),
  v.parseJson(undefined, 'The body is not JSON'),
  v.custom<JsonObject>(isObject, 'The body is no JSON object'),
);

/** Reads the body as an object, an empty one as `{}`; throws Problem 400 `invalid_request`, which doesn't quote it. */
export async function readObject(c: Context): Promise<JsonObject> {
  return checkBody(OBJECT, (await c.req.text()) || '{}');
}

/**
 * Returns what the schema makes of a value; throws Problem 400 `invalid_request` with the schema's first message, which
 * must not quote it.
 */
export function checkBody<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (!success) throw badRequest(issues[0].message);
  return output;
}

/** Buffers a body of unknown length for the route. */
async function bufferBody(c: Context): Promise<void> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream: AsyncIterable<Uint8Array> | undefined = c.req.raw.body ?? undefined;
  for await (const chunk of stream ?? []) {
    length += chunk.byteLength;
    if (length > LARGEST_BODY) throw tooLarge(LARGEST_BODY);
    chunks.push(chunk);
  }
  // Hono's cache, from which it serves every later read of the body.
  Object.assign(c.req.bodyCache, {
    arrayBuffer: Promise.resolve(new Uint8Array(Buffer.concat(chunks)).buffer),
  });
}

/** 413 `body_too_large`; `most` in bytes. */
export function tooLarge(most: number, headers = {}): Problem {
  return new Problem(413, 'body_too_large', `The body may have at most ${most} bytes`, { headers });
}
