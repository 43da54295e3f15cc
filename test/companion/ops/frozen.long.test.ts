// A frozen database: requests get 503 by the companion's own limits, from the first on.
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import {
  ask,
  builtCompanion,
  createSession,
  uidOf,
  type BuiltCompanion,
  type ChildCompanion,
} from '../harness.ts';

const PATIENCE_MS = 300_000;
const REQUESTS = 900;
const AT_ONCE = 60;

let server: RunningPostgres;
let built: BuiltCompanion;
let mock: RunningMockServer;
let companion: ChildCompanion;
beforeAll(async () => {
  server = await startPostgres();
  built = await builtCompanion();
  mock = await startMockServer({ era: 'today' });
  companion = built.start(mock, { databaseUrl: server.url });
  await companion.listening;
}, PATIENCE_MS);
afterAll(async () => {
  server.thaw();
  await companion.kill9();
  await mock.stop();
  await built.remove();
  await server.stop();
}, PATIENCE_MS);

interface Answer {
  /** Undefined: the connection was cut. */
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
function send(url: string, method: string, headers: Record<string, string>) {
  return new Promise<Answer>((resolve) => {
    const done = (status?: number, retryAfter?: string) => resolve({ status, retryAfter });
    const asked = request(url, { method, agent, headers }, (answer) => {
      answer.resume().once('end', () => done(answer.statusCode, answer.headers['retry-after']));
    });
    asked.once('error', () => done()).end();
  });
}

/** Why requests and events failed, as the companion has logged it since its output was so long. */
const reasons = (since = 0) => {
  const failures = /"(?:request|webhook)_failed".*"reason":"(\w+)"/g;
  return [...new Set([...companion.output().slice(since).matchAll(failures)].map(([, reason]) => reason))];
};
/** Both are limits of the companion below five seconds. */
const IN_TIME = ['frozen', 'time_out'];

it(
  'answers 900 requests in time while the database is frozen, and recovers with it',
  async () => {
    const origin = await companion.listening;
    const session = await createSession(mock, origin);
    const uid = uidOf(mock);
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const kinds = [
      () => send(`${origin}/v1/session`, 'GET', bearer(session)),
      async () => {
        const set = await mock.events.sign({ clientId: CLIENT.clientId, uid, event: 'profile-change' });
        return send(`${origin}/webhooks/fxa`, 'POST', bearer(set));
      },
      () => send(`${origin}/__heartbeat__`, 'GET', {}),
    ] as const;

    const answers: Answer[] = [];
    let next = 0;
    const worker = async () => {
      while (next < REQUESTS) {
        const nth = (next += 1);
        // Spread over some seconds, so that many are in progress when the database freezes.
        if (nth > AT_ONCE) await wait(200 + Math.random() * 400);
        answers.push(await (kinds[nth % kinds.length] ?? kinds[0])());
      }
    };
    const load = Promise.all(Array.from({ length: AT_ONCE }, worker));
    await wait(20);
    server.freeze();
    const frozenAt = performance.now();
    await load;
    expect(performance.now() - frozenAt).toBeGreaterThan(4000);

    expect(answers).toHaveLength(REQUESTS);
    expect(answers.filter(({ status }) => status === undefined)).toEqual([]);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(REQUESTS / 2);
    expect(refused.filter(({ retryAfter }) => retryAfter === undefined)).toEqual([]);
    expect(IN_TIME).toEqual(expect.arrayContaining(reasons()));
    // Once it is noticed, requests fail at once: none is out of time any more.
    const noticed = () => companion.output().indexOf('"Type":"database_away"');
    await expect.poll(() => reasons(noticed())).toEqual(['frozen']);

    server.thaw();
    await expect
      .poll(async () => (await ask(`${origin}/v1/session`, 'GET', { bearer: session })).status, {
        timeout: 120_000,
      })
      .toBe(200);
    await expect
      .poll(async () => (await ask(`${origin}/__heartbeat__`)).status, { timeout: 120_000 })
      .toBe(200);
  },
  PATIENCE_MS,
);

it(
  'notices when only the open connections are frozen',
  async () => {
    const origin = await companion.listening;
    const session = await createSession(mock, origin);
    const { length } = companion.output();
    server.freeze();
    server.thawPostmaster();
    const asked = () => send(`${origin}/v1/session`, 'GET', { authorization: `Bearer ${session}` });
    const answers = await Promise.all(Array.from({ length: 30 }, asked));
    expect(answers.filter(({ status }) => status === undefined)).toEqual([]);
    await expect.poll(() => reasons(length)).not.toEqual([]);
    expect(IN_TIME).toEqual(expect.arrayContaining(reasons(length)));
    server.thaw();
    await expect.poll(async () => (await asked()).status, { timeout: 120_000 }).toBe(200);
  },
  PATIENCE_MS,
);
