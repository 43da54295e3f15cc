// Invariants after the kills, checked in the database and at the mock server.
import { expect } from 'vitest';
import type { Database } from '../../../src/companion/db/database.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import type { RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { note } from '../../faults/counts.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import type { BuiltCompanion, Where } from '../harness.ts';
import type { Load } from './load.ts';

/** Longer than the time for a current attempt. */
const OVERDUE_MS = 180_000;
/** Time for the last revocation. */
const PATIENCE = { timeout: 300_000, interval: 100 };

interface After {
  readonly mock: RunningMockServer;
  readonly built: BuiltCompanion;
  readonly where: Where;
  readonly load: Load;
  readonly kills: number;
  readonly name: string;
}

/**
 * Lets a last companion finish the remaining work, and checks everything. The load has ended, and no companion runs.
 */
export async function checkInvariants({ mock, built, where, load, kills, name }: After): Promise<void> {
  const { delivered, deleted, revoked, kept, answers } = load;
  await inside(where, age);
  const last = built.start(mock, where);
  await last.listening;
  const alive = () => new Set(mock.store.liveGrants({ clientId: CLIENT.clientId }).map(({ id }) => id));
  await expect.poll(() => revoked.filter((id) => alive().has(id)), PATIENCE).toEqual([]);
  expect(kept.filter((id) => !alive().has(id))).toEqual([]);
  expect(await last.stop()).toBe(0);
  await inside(where, (database) => look(database, load));

  const acked = delivered.filter((one) => one.acked).length + deleted.length;
  expect(acked).toBeGreaterThan(kills);
  expect(revoked.length).toBeGreaterThan(kills);
  // No 500 between two kills. On a busy machine a database may be unavailable for a moment, with 503.
  const foreseen = ['end 202', 'event 200', 'end 503', 'event 503'];
  expect([...answers.keys()].filter((answer) => !foreseen.includes(answer))).toEqual([]);
  note(`kills of the companion on ${name}`, kills, '0 lost');
  note(`events acknowledged on ${name}`, acked);
  note(`revocations acknowledged on ${name}`, revoked.length);
}

async function inside({ databaseUrl, dataDir }: Where, work: (database: Database) => unknown): Promise<void> {
  const database = await openDatabase({ url: databaseUrl, dir: dataDir });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

/** Moves locks of killed workers into the past, so that their attempts count as lost. */
async function age(database: Database): Promise<void> {
  await database.query('update companion.revocation set not_before = not_before - $1', [OVERDUE_MS]);
}

async function look(database: Database, load: Load): Promise<void> {
  const rows = await database.query<{ entry: string }>(
    `select concat_ws(' ', encode(account, 'hex'), kind, coalesce(at::text, encode(mark, 'hex'))) as entry from companion.ledger`,
  );
  const ledger = new Set(rows.map(({ entry }) => entry));
  const isThere = ({ account, kind, at }: Load['delivered'][number]) =>
    ledger.has(`${account} ${kind} ${at}`);
  const lost = load.delivered.filter((one) => one.acked && !isThere(one));
  expect(lost).toEqual([]);
  // All events of one token are stored, or none.
  const halves = load.delivered.filter(
    (one) => isThere(one) !== one.marks.some((mark) => ledger.has(`${one.account} profile_change ${mark}`)),
  );
  expect(halves).toEqual([]);
  await expectStates(database, load);
  expect(await database.query('select from companion.revocation where set_aside is not null')).toEqual([]);
  const [{ deadlocks } = {}] = await database.query<{ deadlocks: number }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  expect(deadlocks).toBe(0);
  const gone = await database.query<{ key: string }>(
    `select encode(account, 'hex') as key from companion.tombstone`,
  );
  expect(gone.map(({ key }) => key)).toEqual(expect.arrayContaining([...load.deleted]));
  const left = await database.query<{ key: string }>(
    `select encode(key, 'hex') as key from companion.account`,
  );
  expect(left.filter(({ key }) => load.deleted.includes(key))).toEqual([]);
}

/** The state is that of the newest event, acknowledged or not. */
async function expectStates(database: Database, { delivered }: Load): Promise<void> {
  const rows = await database.query<{ key: string; valid_after: number; revision: number; newest: number }>(
    `select encode(key, 'hex') as key, valid_after, revision,
       (select max(at) from companion.capability where account = key) as newest from companion.account`,
  );
  for (const account of new Set(delivered.map((one) => one.account))) {
    const acked = delivered.filter((one) => one.account === account && one.acked);
    const newest = (kind: string) =>
      Math.max(0, ...acked.filter((one) => one.kind === kind).map(({ at }) => at));
    const row = rows.find(({ key }) => key === account);
    expect(row?.valid_after).toBeGreaterThanOrEqual(newest('password_change'));
    expect(row?.newest).toBeGreaterThanOrEqual(newest('subscription_state_change'));
    expect(row?.revision).toBeGreaterThanOrEqual(acked.length);
  }
}
