import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';

vi.mock('../api.ts', () => ({ browser: {} }));
const { probeAnswer } = await import('./auth-window.ts');

async function server() {
  const asked: IncomingMessage[] = [];
  const http = createServer((request, response) => {
    asked.push(request);
    response.writeHead(400).end('<!doctype html>');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { origin, asked, close: () => new Promise((resolve) => http.close(resolve)) };
}

const neverAborted = new AbortController().signal;

it('requests the sign-in page once, without user or attempt data', async () => {
  const { origin, asked, close } = await server();
  await probeAnswer(
    `${origin}/authorization?client_id=c0ffee&state=s3cret&code_challenge=abc&login_hint=ada%40example.com&email=ada%40example.com#x`,
    neverAborted,
  );
  expect(asked.map(({ method, url }) => [method, url])).toEqual([['GET', '/authorization']]);
  const headers = asked[0]?.headers;
  expect([headers?.cookie, headers?.origin, headers?.referer]).toEqual([undefined, undefined, undefined]);
  await close();
});

it('rejects without a response', async () => {
  const { origin, close } = await server();
  await close();
  await expect(probeAnswer(`${origin}/authorization`, neverAborted)).rejects.toThrow();
});

it('ends with its launch', async () => {
  const { origin, close } = await server();
  await expect(probeAnswer(`${origin}/authorization`, AbortSignal.abort())).rejects.toThrow(/abort/);
  await close();
});
