import { describe, expect, it } from 'vitest';
import { ProblemError } from '../problems.ts';
import { readPayload } from './payload.ts';

const request = (body: string, type?: string) => {
  const made = new Request('http://x/', { method: 'POST', body });
  if (type === undefined) made.headers.delete('content-type');
  else made.headers.set('content-type', type);
  made.headers.set('content-length', String(Buffer.byteLength(body)));
  return made;
};

const problemOf = async (body: string, type?: string) => {
  try {
    return await readPayload(request(body, type), 'json-or-form');
  } catch (error) {
    return error instanceof ProblemError ? error.problem : error;
  }
};

describe('readPayload', () => {
  it('parses JSON and forms, with or without a charset', async () => {
    expect(await readPayload(request('{"a":1}', 'application/json'))).toEqual({ a: 1 });
    expect(await readPayload(request('{"a":1}', 'application/json; charset=utf-8'))).toEqual({ a: 1 });
    expect(
      await readPayload(request('a=1&b=x+y', 'application/x-www-form-urlencoded;charset=UTF-8')),
    ).toEqual({ a: '1', b: 'x y' });
  });

  it('parses a body without a content type as JSON', async () => {
    expect(await readPayload(request('{"a":1}'))).toEqual({ a: 1 });
    expect(await readPayload(request(''))).toBeNull();
  });

  it('returns a list for a repeated form field', async () => {
    expect(await readPayload(request('a=1&a=2', 'application/x-www-form-urlencoded'))).toEqual({
      a: ['1', '2'],
    });
  });

  it.each([
    ['{', 'application/json', 400, 'Invalid request payload JSON format'],
    ['x', 'text/plain', 415, 'Unsupported Media Type'],
    ['x', 'application/vnd.api+json', 415, 'Unsupported Media Type'],
    ['x', 'garbage', 400, 'Invalid content-type header'],
    ['x', 'multipart/form-data', 400, 'Invalid content-type header: multipart missing boundary'],
    ['x'.repeat(16_385), 'text/plain', 413, 'Payload content length greater than maximum allowed: 16384'],
  ])('rejects an invalid body (%#)', async (body, type, status, message) => {
    expect(await problemOf(body, type)).toMatchObject({ kind: 'http', status, message });
  });

  it('accepts a body of exactly the limit', async () => {
    const body = JSON.stringify('x'.repeat(16_382));
    expect(body).toHaveLength(16_384);
    expect(await readPayload(request(body, 'application/json'))).toHaveLength(16_382);
  });
});
