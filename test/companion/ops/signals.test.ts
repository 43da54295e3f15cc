// Signals to a running companion: SIGTERM drains it, SIGHUP is ignored. Options to one that starts.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import {
  ask,
  builtCompanion,
  createSession,
  launched,
  type BuiltCompanion,
  type ChildCompanion,
} from '../harness.ts';

const PATIENCE_MS = 300_000;
const SLOW = { timeout: 120_000 };
/** Seconds. Longer than any test, so that no drain ends by itself. */
const ENDLESS = '300';

let server: RunningPostgres;
let built: BuiltCompanion;
let mock: RunningMockServer;
let child: ChildCompanion | undefined;
beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
  built = await builtCompanion();
  mock = await startMockServer({ era: 'today' });
}, PATIENCE_MS);
afterEach(async () => {
  await child?.kill9();
  child = undefined;
});
afterAll(async () => {
  await mock.stop();
  await built.remove();
  await server.stop();
}, PATIENCE_MS);

const start = async (drain: string) => {
  const env = { COMPANION_DRAIN: drain, LOG_LEVEL: 'info' };
  const running = built.start(mock, { databaseUrl: await freshDatabase(server.url) }, [], { env });
  child = running;
  return { running, origin: await running.listening };
};
const beat = async (origin: string, path = '/__heartbeat__') => (await ask(origin + path)).status;

it(
  'SIGHUP is logged and ignored',
  async () => {
    const { running, origin } = await start('0');
    process.kill(running.pid, 'SIGHUP');
    await expect.poll(running.output, SLOW).toContain('"hangup_ignored"');
    const { status, headers } = await ask(`${origin}/__heartbeat__`);
    expect(status).toBe(200);
    expect(headers.get('keep-alive')).toMatch(/^timeout=620\b/);
    expect(await running.stop()).toBe(0);
    expect(running.output()).toContain('"database":"postgresql"');
    expect(running.output()).toContain('"host":"127.0.0.1:');
    expect(running.output()).not.toContain(new URL(server.url).password);
  },
  PATIENCE_MS,
);

it.each(['SIGTERM', 'SIGINT'] as const)(
  'after SIGTERM it serves with failing heartbeats until %s stops it',
  async (again) => {
    const { running, origin } = await start(ENDLESS);
    const bearer = await createSession(mock, origin);
    const stopped = running.stop();
    await expect.poll(() => beat(origin), SLOW).toBe(503);
    expect(await beat(origin, '/__lbheartbeat__')).toBe(503);
    expect((await ask(`${origin}/v1/session`, 'GET', { bearer })).status).toBe(200);
    expect(await createSession(mock, origin)).not.toBe('');
    process.kill(running.pid, again);
    expect(await stopped).toBe(0);
  },
  PATIENCE_MS,
);

it(
  'after SIGTERM it ends when the drain time is over',
  async () => {
    const { running, origin } = await start('1');
    expect(await beat(origin)).toBe(200);
    expect(await running.stop()).toBe(0);
    expect(running.output()).toContain('"stopping"');
  },
  PATIENCE_MS,
);

it(
  'the end of the drain interrupts no request, nor does a third signal',
  async () => {
    const { running, origin } = await start('0');
    const bearer = await createSession(mock, origin);
    const body = JSON.stringify({ refreshTokenIds: [] });
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (more: string) => (answer += more));
    const closed = once(socket, 'close');
    const head = [
      'POST /v1/session/end HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${bearer}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Expect: 100-continue',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    // It has read the head and waits for the body.
    await expect.poll(() => answer, SLOW).toContain('100 Continue');
    const stopped = running.stop();
    const isOpen = () =>
      beat(origin).then(
        () => true,
        () => false,
      );
    await expect.poll(isOpen, { ...SLOW, interval: 20 }).toBe(false);
    process.kill(running.pid, 'SIGTERM');
    process.kill(running.pid, 'SIGHUP');
    socket.write(body);
    await closed;
    expect(answer).toMatch(/HTTP\/1\.1 202 [^]*connection: close/i);
    expect(await stopped).toBe(0);
  },
  PATIENCE_MS,
);

it(
  'an option is explained or refused, and starts nothing',
  async () => {
    const said = async (option: string, words: string) => {
      const asked = launched([built.main, option], { PATH: process.env.PATH });
      child = asked;
      await expect.poll(asked.output, SLOW).toContain(words);
      return asked.exited;
    };
    expect(await said('--help', 'Commands of the companion')).toBe(0);
    expect(await said('--port', 'There is no option "--port".')).toBe(2);
  },
  PATIENCE_MS,
);
