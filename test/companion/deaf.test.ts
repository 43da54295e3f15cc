// An instance that can't hear the others' notifications, while it still reads the database, answers nothing from memory.
import { Agent } from 'node:http';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../scripts/machine/postgres.mjs';
import type { RunningCompanion } from '../../src/companion/start.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { ask, createSession, deliver, PASSWORD, startInProcess, uidOf } from './harness.ts';

const ROLE = 'limited';
let server: RunningPostgres;
let admin: pg.Client;
let mock: RunningMockServer;
let deaf: RunningCompanion;
let other: RunningCompanion;
const agent = new Agent();

beforeEach(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`create role ${ROLE} login password 'limited'`);
  await admin.query(`create database companions owner ${ROLE}`);
  mock = await startMockServer({ era: 'today' });
  const unlimited = new URL('/companions', server.url).href;
  const limited = Object.assign(new URL(unlimited), { username: ROLE, password: 'limited' }).href;
  deaf = await startInProcess(mock, { databaseUrl: limited });
  other = await startInProcess(mock, { databaseUrl: unlimited });
});
afterEach(async () => {
  agent.destroy();
  for (const running of [deaf, other]) await running.stop();
  await mock.stop();
  await admin.end();
  await server.stop();
});

const notifications = async () => {
  const { status, body } = await ask(`${deaf.origin}/__heartbeat__`);
  return [status, body.status, (body.checks as Record<string, string>).notifications];
};
const limitTo = (connections: number) => admin.query(`alter role ${ROLE} connection limit ${connections}`);

/** Polls of one session at the instance that becomes deaf, each with the last tag. */
async function polling() {
  const bearer = await createSession(mock, deaf.origin);
  let tag = '';
  return async () => {
    const headers = { 'if-none-match': tag };
    const answer = await ask(`${deaf.origin}/v1/session`, 'GET', { bearer, headers });
    tag = answer.headers.get('etag') ?? tag;
    return answer.status;
  };
}

it('warns, and refuses at once sessions that have ended on another instance, then and afterwards', async () => {
  const laptop = await polling();
  const phone = await polling();
  for (const poll of [laptop, phone]) await expect.poll(poll).toBe(304);
  expect(await notifications()).toEqual([200, 'ok', 'ok']);

  await limitTo(0);
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where usename = $1 and query ~ '^(listen "companion|select 1 / )'`,
    [ROLE],
  );
  await expect.poll(notifications).toEqual([200, 'warning', 'warning']);
  const authorization = `Basic ${Buffer.from(`operator:${PASSWORD}`).toString('base64')}`;
  const page = await ask(`${deaf.origin}/status`, 'GET', { headers: { authorization } });
  expect(page.text).toContain('does not hear what others change');
  // What is kept now must not be answered later.
  expect([await laptop(), await phone()]).toEqual([304, 304]);

  const payload = { changeTime: Date.now() + 5000 };
  const ended = { clientId: CLIENT.clientId, uid: uidOf(mock), event: 'password-change', payload };
  expect(await deliver(agent, other.origin, await mock.events.sign(ended))).toBe(200);
  expect(await laptop()).toBe(401);

  await limitTo(-1);
  await expect.poll(notifications).toEqual([200, 'ok', 'ok']);
  expect(await phone()).toBe(401);
});
