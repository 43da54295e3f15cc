import { describe, expect, it } from 'vitest';
import { testPipeline } from './testing.ts';

const app = testPipeline();
app.post('/v1/sessions', async (c) => c.json({ length: (await c.req.text()).length }));

const post = (path: string, init: RequestInit) =>
  Promise.resolve(app.request(path, { method: 'POST', ...init }));
const json = (body: BodyInit, headers: Record<string, string> = {}): RequestInit & { duplex: 'half' } => ({
  body,
  headers: { 'content-type': 'application/json', 'content-length': String(String(body).length), ...headers },
  duplex: 'half',
});
const outcome = async (asked: Promise<Response>) => {
  const answer = await asked;
  return [answer.status, ((await answer.json()) as { error?: string }).error];
};

describe('size limits', () => {
  it('accept a body of 16 KB and refuse one a byte longer', async () => {
    expect(await outcome(post('/v1/sessions', json('x'.repeat(16_384))))).toEqual([200, undefined]);
    expect(await outcome(post('/v1/sessions', json('x'.repeat(16_385))))).toEqual([413, 'body_too_large']);
  });

  it('stop reading an endless body of unknown length', async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const asked = post('/v1/sessions', { body: endless, headers, duplex: 'half' } as RequestInit);
    expect(await outcome(asked)).toEqual([413, 'body_too_large']);
    expect(pulled).toBeLessThan(20);
  });

  it('accept an Authorization of 8 KB and refuse one a byte longer', async () => {
    const authorization = (length: number) => ({ headers: { authorization: 'x'.repeat(length) } });
    expect(await outcome(post('/v1/sessions', authorization(8192)))).toEqual([200, undefined]);
    expect(await outcome(post('/v1/sessions', authorization(8193)))).toEqual([431, 'header_too_long']);
  });
});

describe('a body under /v1', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'may be %s',
    async (type) => {
      expect(await outcome(post('/v1/sessions', json('{}', { 'content-type': type })))).toEqual([
        200,
        undefined,
      ]);
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'may not be %j',
    async (type) => {
      const asked = post('/v1/sessions', json('{}', { 'content-type': type }));
      expect(await outcome(asked)).toEqual([415, 'json_only']);
    },
  );

  it('may be missing, whatever the content type', async () => {
    const headers = { 'content-type': 'text/plain', 'content-length': '0' };
    expect(await outcome(post('/v1/sessions', { headers }))).toEqual([200, undefined]);
  });
});
