// Reads JSON request bodies; error messages never quote them.
import type { Context } from 'hono';
import * as v from 'valibot';
import type { JsonObject } from '../../fxa/http.ts';
import { Problem } from '../http/problem.ts';

/**
 * Reads the body as an object; an empty body is `{}`.
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

/**
 * Returns what the schema makes of a value. The schema's messages must not quote it.
 *
 * @throws Problem 400 `invalid_request` with the first message.
 */
export function checkBody<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (!success) throw badBody(issues[0].message);
  return output;
}

function badBody(message: string): Problem {
  return new Problem(400, 'invalid_request', message);
}
