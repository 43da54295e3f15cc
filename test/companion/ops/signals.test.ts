// What operators and balancers do to a running companion: SIGTERM drains it, SIGHUP is no end.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/postgres.mjs';
import { startStandin, type RunningStandin } from '../../../src/standin/listen.ts';
import { ask, builtCompanion, buy, type BuiltCompanion } from '../world.ts';

const PATIENCE_MS = 180_000;
let server: RunningPostgres;
let built: BuiltCompanion;
let standin: RunningStandin;
beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
  built = await builtCompanion();
  standin = await startStandin({ era: 'today' });
}, PATIENCE_MS);
afterAll(async () => {
  await standin.stop();
  await built.remove();
  await server.stop();
}, PATIENCE_MS);

it(
  'serves on after SIGHUP, and for some seconds after SIGTERM, in which its heartbeats say that it goes',
  async () => {
    const env = { COMPANION_DRAIN: '8', LOG_LEVEL: 'info' };
    const child = built.start(standin, { databaseUrl: server.url }, [], { env });
    const origin = await child.listening;
    const bearer = await buy(standin, origin);
    process.kill(child.pid, 'SIGHUP');
    await wait(300);
    const beat = await ask(`${origin}/__heartbeat__`);
    expect(beat.status).toBe(200);
    expect(beat.headers.get('keep-alive')).toMatch(/^timeout=620\b/);
    await ask(`${origin}/__lbheartbeat__`, 'GET', { headers: { 'x-forwarded-for': '192.0.2.1' } });
    const stopped = child.stop();
    await wait(300);
    expect((await ask(`${origin}/__heartbeat__`)).status).toBe(503);
    expect((await ask(`${origin}/__lbheartbeat__`)).status).toBe(503);
    expect((await ask(`${origin}/v1/session`, 'GET', { bearer })).status).toBe(200);
    expect(await stopped).toBe(0);
    for (const told of [
      '"hangup_ignored"',
      '"forwarded_address_ignored"',
      '"database":"postgresql"',
      '"host":"127.0.0.1:',
    ]) {
      expect(child.said()).toContain(told);
    }
    expect(child.said()).not.toContain(new URL(server.url).password);
  },
  PATIENCE_MS,
);
