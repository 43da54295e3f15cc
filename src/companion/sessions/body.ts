// Request bodies: JSON objects, small ones, and nothing of them in what is said about a bad one.
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { JsonObject } from '../../fxa/http.ts';
import { Problem } from '../http/problem.ts';

/** Refuses longer bodies with 413 `body_too_large`; `maxSize` in bytes. */
export function atMost(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new Problem(413, 'body_too_large', `The body is longer than ${maxSize} bytes`);
    },
  });
}

/**
 * The body as an object; an empty body is `{}`.
 *
 * @throws Problem 400 `invalid_request`.
 */
export async function readObject(c: Context): Promise<JsonObject> {
  const text = await c.req.text();
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badBody('The body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badBody('The body is no JSON object');
  }
  return value as JsonObject;
}

/** 400. `message` repeats nothing of the body. */
export function badBody(message: string): Problem {
  return new Problem(400, 'invalid_request', message);
}
