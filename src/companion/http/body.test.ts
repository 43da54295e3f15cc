// Over real HTTP: requests made in memory are not those that @hono/node-server makes.
import { connect } from 'node:net';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../server.ts';
import { answerProblem, Problem } from './problem.ts';
import { atMost, readObject, sizeLimits } from './body.ts';

let server: RunningServer;
beforeAll(async () => {
  const app = new Hono();
  app.onError((error, c) =>
    error instanceof Problem ? answerProblem(c, error) : c.text(`500 ${error.message}`, 500),
  );
  app.use(sizeLimits());
  app.post('/small', atMost(1024), async (c) => c.json(await readObject(c)));
  app.post('/plain', async (c) => c.json(await readObject(c)));
  server = await startServer({ app, host: '127.0.0.1', port: 0 });
});
afterAll(() => server.stop());

/** The first line and the body of the answer to what is sent as it stands. */
function raw(path: string, rest: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += String(data)));
    socket.on('end', () => {
      resolve(`${answer.split('\r\n', 1).join('')} ${answer.split('\r\n\r\n').slice(1).join('')}`);
    });
    socket.on('error', reject);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}`);
  });
}

const chunked = (body: string) =>
  `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const JSON_OF = (length: number) => JSON.stringify({ x: 'y'.repeat(length) });

describe.each(['/small', '/plain'])('a body at %s', (path) => {
  it('may be missing, without a length header', async () => {
    expect(await raw(path, '\r\n')).toBe('HTTP/1.1 200 OK {}');
  });

  it('may be chunked', async () => {
    expect(await raw(path, chunked('{"a":1}'))).toBe('HTTP/1.1 200 OK {"a":1}');
  });

  it('may not be too long, chunked or not', async () => {
    const length = path === '/small' ? 2000 : 20_000;
    expect(await raw(path, chunked(JSON_OF(length)))).toContain('413');
    const answer = await fetch(server.origin + path, { method: 'POST', body: JSON_OF(length) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: 'body_too_large' });
  });

  it('is refused by its declared length, before it has come', async () => {
    const length = path === '/small' ? 2000 : 20_000;
    expect(await raw(path, `Content-Length: ${length}\r\n\r\n`)).toContain('413');
  });
});
