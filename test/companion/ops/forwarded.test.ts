// An unconfigured proxy: X-Forwarded-For is not trusted, and reported.
import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import type { RunningCompanion } from '../../../src/companion/start.ts';
import { WEBHOOK_PATH } from '../../../src/companion/routes/webhooks.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { ask, PASSWORD, quickly, startInProcess } from '../harness.ts';

const PATIENCE_MS = 300_000;
const TOLD = 'COMPANION_TRUSTED_PROXIES is 0';
const FORWARDED = { 'x-forwarded-for': '192.0.2.1' };

let server: RunningPostgres;
let mock: RunningMockServer;
let running: RunningCompanion | undefined;
const agent = new Agent();
beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
  mock = await startMockServer({ era: 'today' });
}, PATIENCE_MS);
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(async () => {
  agent.destroy();
  await mock.stop();
  await server.stop();
}, PATIENCE_MS);

const start = async (trustedProxies: number) => {
  const lines: string[] = [];
  const databaseUrl = await freshDatabase(server.url);
  running = await startInProcess(mock, { databaseUrl }, { lines, trustedProxies });
  const { origin } = running;
  const page = async () => {
    const headers = { authorization: `Basic ${btoa(`operator:${PASSWORD}`)}` };
    return (await ask(`${origin}/status`, 'GET', { headers })).text;
  };
  const logged = () => lines.filter((line) => line.includes('"forwarded_address_ignored"'));
  return { origin, page, logged };
};

describe('X-Forwarded-For', () => {
  it(
    'is reported once in the log and on the status page when no proxy is configured',
    async () => {
      const { origin, page, logged } = await start(0);
      await ask(`${origin}/__heartbeat__`);
      expect(await page()).not.toContain(TOLD);
      for (const path of ['/__lbheartbeat__', '/v1/session', '/nowhere']) {
        await ask(origin + path, 'GET', { headers: FORWARDED });
      }
      expect(await page()).toContain(TOLD);
      expect(logged()).toHaveLength(1);
      expect(logged()[0]).not.toContain('192.0.2.1');
    },
    PATIENCE_MS,
  );

  it(
    'is reported when only webhooks carry it',
    async () => {
      const { origin, page, logged } = await start(0);
      const headers = { ...FORWARDED, authorization: 'Bearer nothing' };
      expect(await quickly(agent, origin + WEBHOOK_PATH, headers)).toBe(401);
      expect(logged()).toHaveLength(1);
      expect(await page()).toContain(TOLD);
    },
    PATIENCE_MS,
  );

  it(
    'is not reported when a proxy is configured',
    async () => {
      const { origin, page, logged } = await start(1);
      await ask(`${origin}/v1/session`, 'GET', { headers: FORWARDED });
      expect(await page()).not.toContain(TOLD);
      expect(logged()).toEqual([]);
    },
    PATIENCE_MS,
  );
});
