// An endless flood of invalid tokens from the address of the valid ones: these get through, and memory stays flat.
import { existsSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../scripts/machine/postgres.mjs';
import { openPostgres } from '../../src/companion/db/postgres.ts';
import { COMPANION_PATHS } from '../../src/contract/companion.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { builtCompanion, createSession, deliver, quickly, uidOf, type BuiltCompanion } from './harness.ts';

const PATIENCE_MS = 300_000;
/** Duration of the measured flood; one of the same length precedes it as warm-up. */
const FLOOD_MS = 4_000;
const GOOD = 100;
/** Megabytes. If invalid tokens were retained, this heap would overflow and end the process. */
const HEAP = 64;
const GROWTH = 48;
const HALF_OPEN = 200;
const MOST_OVERTAKEN = 100;

describe('a companion in a flood', () => {
  let server: RunningPostgres;
  let built: BuiltCompanion;
  let mock: RunningMockServer;
  let companion: ReturnType<BuiltCompanion['start']>;
  let origin: string;
  let agent: Agent;
  beforeAll(async () => {
    server = await startPostgres();
    built = await builtCompanion();
    mock = await startMockServer({ era: 'today' });
    companion = built.start(mock, { databaseUrl: server.url }, [`--max-old-space-size=${HEAP}`]);
    origin = await companion.listening;
    agent = new Agent({ keepAlive: true, maxSockets: 64 });
  }, PATIENCE_MS);
  afterAll(async () => {
    agent.destroy();
    await companion.kill9();
    await mock.stop();
    await server.stop();
    await built.remove();
  }, PATIENCE_MS);

  it(
    'accepts every valid token in a flood, with flat memory',
    async () => {
      await createSession(mock, origin);
      const half = Array.from({ length: HALF_OPEN }, () => halfOpen(origin));
      const flood = { over: false, sent: 0, statuses: new Set<number | undefined>() };
      const flooding = Array.from({ length: 16 }, async (_, nth) => {
        while (!flood.over) {
          flood.statuses.add(await garbage(agent, origin, nth));
          flood.sent += 1;
        }
      });
      await wait(FLOOD_MS);
      const before = residentMegabytes(companion.pid);
      const sentBefore = flood.sent;
      /**
       * How many of the flood were answered while a valid token waited: its place in the queue, independent of machine
       * speed.
       */
      const overtaken: number[] = [];
      const until = performance.now() + FLOOD_MS;
      while (overtaken.length < GOOD || performance.now() < until) {
        const { clientId } = CLIENT;
        const uid = uidOf(mock);
        const set = await mock.events.sign({ clientId, uid, event: 'profile-change' });
        const before = flood.sent;
        expect(await deliver(agent, origin, set)).toBe(200);
        overtaken.push(flood.sent - before);
      }
      flood.over = true;
      await Promise.all(flooding);
      expect(flood.sent - sentBefore).toBeGreaterThan(GOOD);
      expect(residentMegabytes(companion.pid) - before).toBeLessThan(GROWTH);
      overtaken.sort((a, b) => a - b);
      // About as many as are in progress at any time; a queue behind the flood would keep growing.
      expect(overtaken[Math.floor(overtaken.length * 0.9)]).toBeLessThan(MOST_OVERTAKEN);
      // 503 for unknown keys: the key set is not refetched each time.
      expect([...flood.statuses].sort()).toEqual([401, 429, 503]);
      const database = openPostgres(server.url);
      expect(await database.query('select revision from companion.account')).toEqual([
        { revision: overtaken.length },
      ]);
      await database.close();
      // The half-open requests are closed by now, or soon.
      await Promise.all(half);
      expect(companion.output()).not.toContain('"Severity":3');
    },
    PATIENCE_MS,
  );
});

/** Sends an endless request; resolves when it is closed. */
function halfOpen(origin: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', () =>
      socket.write(`POST /v1/sessions HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(4096)}`),
    );
    socket.resume().once('close', () => resolve());
    socket.on('error', () => undefined);
  });
}

/** A different request each time, so that none can be cached. */
function garbage(agent: Agent, origin: string, nth: number): Promise<number | undefined> {
  const noise = randomBytes(3000).toString('base64url');
  const header = (kid: string) => Buffer.from(JSON.stringify({ alg: 'RS256', kid })).toString('base64url');
  const json = { 'content-type': 'application/json' };
  switch (nth % 5) {
    case 0:
      return deliver(agent, origin, noise);
    case 1:
      // An unknown key, which could trigger a fetch each time.
      return deliver(agent, origin, `${header(noise.slice(0, 40))}.${noise}.${noise.slice(0, 342)}`);
    case 2:
      return deliver(agent, origin, `${noise.slice(0, 80)}.${noise}.${noise.slice(0, 342)}`);
    case 3: {
      const authorization = `Bearer ${randomBytes(32).toString('hex')}`;
      return quickly(agent, origin + COMPANION_PATHS.sessions, { authorization, ...json }, '{}');
    }
    default:
      return quickly(agent, origin + COMPANION_PATHS.metrics, json, JSON.stringify({ noise }));
  }
}

/** proc(5); without it, only the heap limit applies. */
function residentMegabytes(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 0;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1]) / 1024;
}
