import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { sizeLimits } from './http/body.ts';
import { answerProblem, Problem } from './http/problem.ts';
import { type RunningServer, type ServerTimes, startServer } from './server.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((companion) => companion.stop()));
});

/** A server whose route `/slow` answers when `finish` is called. */
async function start(times: Partial<ServerTimes> = {}, connectionsPerNetwork?: number) {
  const slow: ((answer: string) => void)[] = [];
  const app = new Hono();
  app.onError((error, c) =>
    answerProblem(c, error instanceof Problem ? error : new Problem(500, 'internal', error.name)),
  );
  app.use(sizeLimits());
  app.get('/slow', async (c) => c.text(await new Promise<string>((resolve) => slow.push(resolve))));
  app.post('/', async (c) => c.json((await c.req.text()).length));
  app.get('/:name', (c) => c.text(c.req.param('name')));
  const server = await startServer({ app, host: '127.0.0.1', port: 0, times, connectionsPerNetwork });
  running.push(server);
  const finish = async () => {
    await expect.poll(() => slow.length).toBeGreaterThan(0);
    slow.splice(0).forEach((answer) => answer('at last'));
  };
  return { ...server, asked: () => slow.length, finish };
}

/** Bytes on a socket: what comes back until it is closed, and when that was. */
function raw(origin: string, first: string) {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (more: string) => (text += more));
  socket.on('error', () => {});
  socket.write(first);
  const closed = once(socket, 'close');
  return { socket, text: () => text, closed };
}

const statuses = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

describe('a server', () => {
  it('listens on any free port', async () => {
    const { origin } = await start();
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(`${origin}/x`)).text()).toBe('x');
  });

  it('rejects when the port is taken', async () => {
    const { origin } = await start();
    const taken = { app: new Hono(), host: '127.0.0.1', port: Number(new URL(origin).port) };
    await expect(startServer(taken)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('an abusive connection', () => {
  it('is refused while its network holds the maximum, and accepted when one ends', async () => {
    const { origin } = await start({}, 2);
    const ask = () => raw(origin, 'GET /hello HTTP/1.1\r\nHost: x\r\n\r\n');
    const [one, other] = [ask(), ask()];
    for (const { text } of [one, other]) await expect.poll(text).toContain('hello');
    const third = ask();
    await third.closed;
    expect(third.text()).toBe('');
    one.socket.destroy();
    await one.closed;
    await expect
      .poll(async () => {
        const again = ask();
        await Promise.race([again.closed, expect.poll(again.text).toContain('hello')]);
        return again.text();
      })
      .toContain('hello');
  });

  const impatient = { headers: 300, request: 600, idle: 5000 };

  it('is closed when the request head does not arrive', async () => {
    const { origin } = await start(impatient);
    const { closed, text, socket } = raw(origin, 'GET /x HTTP/1.1\r\nHost: x\r\n');
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 50);
    await closed;
    clearInterval(drip);
    expect(statuses(text())).toEqual([408]);
  });

  it('is closed when it sends nothing', async () => {
    const { origin } = await start(impatient);
    await raw(origin, '').closed;
  });

  it('is closed when the body does not arrive', async () => {
    const { origin } = await start(impatient);
    const { closed, text, socket } = raw(
      origin,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n',
    );
    const drip = setInterval(() => socket.write('x'), 50);
    await closed;
    clearInterval(drip);
    expect(statuses(text())).not.toContain(200);
  });

  it('is closed when there is no traffic', async () => {
    const { origin, asked } = await start({ idle: 300 });
    const { closed } = raw(origin, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(asked).toBe(1);
    await closed;
  });

  it('gets 431 for a head of 64 KB', async () => {
    const { origin } = await start();
    const { closed, text } = raw(
      origin,
      `GET /x HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(65_536)}\r\n\r\n`,
    );
    await closed;
    expect(statuses(text())).toEqual([431]);
  });

  it.each([
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'what is this?\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
  ])('gets 400 for %j', async (garbage) => {
    const { origin } = await start();
    const { closed, text } = raw(origin, garbage);
    await closed;
    expect(statuses(text())).toEqual([400]);
  });

  it('gets 413 for an endless body, and is closed', async () => {
    const { origin } = await start();
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { closed, text, socket } = raw(origin, head);
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const flow = setInterval(() => socket.write(chunk), 5);
    await closed;
    clearInterval(flow);
    expect(statuses(text())).toEqual([413]);
  });
});

describe('a kept-alive connection', () => {
  it('outlives the other time limits', async () => {
    const { origin } = await start({ headers: 500, request: 700, idle: 900 });
    const { socket, text } = raw(origin, 'GET /one HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(text).toContain('one');
    expect(text().toLowerCase()).toMatch(/keep-alive: timeout=620\b/);
    // Each of the three would be over by now, and the server has looked for such connections.
    await wait(2_000);
    socket.write('GET /two HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(text).toContain('two');
    expect(statuses(text())).toEqual([200, 200]);
    socket.destroy();
  });
});

describe('pipelined requests', () => {
  it('are answered in order', async () => {
    const { origin } = await start();
    const requests = ['one', 'two', 'three'].map((name) => `GET /${name} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const { socket, text } = raw(origin, requests.join(''));
    await expect.poll(text).toMatch(/one[^]*two[^]*three/);
    expect(statuses(text())).toEqual([200, 200, 200]);
    socket.destroy();
  });
});

describe('stopping', () => {
  it('finishes requests in progress with Connection: close, and accepts no more', async () => {
    const { origin, stop, finish, asked } = await start();
    const { closed, text } = raw(origin, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(asked).toBe(1);
    const stopped = stop();
    await expect(fetch(`${origin}/x`)).rejects.toThrow(TypeError);
    await finish();
    await Promise.all([stopped, closed]);
    expect(text()).toContain('at last');
    expect(text().toLowerCase()).toContain('connection: close');
  });

  it('answers all pipelined requests of a connection', async () => {
    const { origin, stop, finish, asked } = await start();
    const { closed, text, socket } = raw(origin, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(asked).toBe(1);
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(asked).toBe(2);
    const stopped = stop();
    await finish();
    await Promise.all([stopped, closed]);
    expect(statuses(text())).toEqual([200, 200]);
    expect(text().match(/connection: close/gi)).toHaveLength(1);
  });

  it('does not wait for idle connections', async () => {
    // Waiting for them would not end before the test does.
    const { origin, stop } = await start({ stop: 3_600_000 });
    await (await fetch(`${origin}/x`)).text();
    const silent = raw(origin, '');
    await once(silent.socket, 'connect');
    await stop();
    await silent.closed;
  });

  it('abandons a response that takes too long', async () => {
    const { origin, stop, asked } = await start({ stop: 200 });
    const { closed, text } = raw(origin, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(asked).toBe(1);
    await stop();
    await closed;
    expect(text()).toBe('');
  });

  it('is idempotent', async () => {
    const { stop } = await start();
    await Promise.all([stop(), stop()]);
  });
});
