// What was lost in spite of an acknowledgement, looked for in the database and at the mock server. Needs no vitest.
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../../src/companion/db/database.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import type { RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import type { BuiltCompanion, Where } from '../harness.ts';
import type { Load } from './load.ts';

/** Longer than the time for a current attempt. */
const OVERDUE_MS = 180_000;
/** Milliseconds for the last revocation. */
const PATIENCE_MS = 300_000;
/** No 500 between two kills. On a busy machine a database may be unavailable for a moment, with 503. */
const FORESEEN = ['end 202', 'event 200', 'end 503', 'event 503'];

/** What a load was told. */
type Acknowledged = Pick<Load, 'delivered' | 'deleted' | 'revoked' | 'kept' | 'answers'> & {
  /** More entries that the ledger must hold, as `account kind at` or `account kind mark`. */
  readonly entries?: readonly string[];
};

export interface After {
  readonly mock: RunningMockServer;
  readonly built: BuiltCompanion;
  readonly where: Where;
  readonly load: Acknowledged;
}

/**
 * Lets a last companion finish the remaining work, and resolves with a sentence for each violation. The load has ended,
 * and no companion runs.
 */
export async function findViolations({ mock, built, where, load }: After): Promise<string[]> {
  const { revoked, kept, answers } = load;
  const wrong: string[] = [];
  const none = (what: string, found: readonly unknown[]) => {
    if (found.length > 0) wrong.push(`${found.length} ${what}, such as ${JSON.stringify(found[0])}`);
  };
  await inside(where, age);
  const last = built.start(mock, where);
  await last.listening;
  const live = () => new Set(mock.store.liveGrants({ clientId: CLIENT.clientId }).map(({ id }) => id));
  const undone = () => {
    const now = live();
    return revoked.filter((id) => now.has(id));
  };
  const until = performance.now() + PATIENCE_MS;
  while (undone().length > 0 && performance.now() < until) await wait(100);
  none('grants of acknowledged sign-outs are still live', undone());
  const left = live();
  none(
    'grants are gone that nothing signed out',
    kept.filter((id) => !left.has(id)),
  );
  if ((await last.stop()) !== 0) wrong.push(`the last companion did not exit with 0:\n${last.output()}`);
  await inside(where, (database) => look(database, load, none));
  none(
    'kinds of answers are not among those foreseen',
    [...answers.keys()].filter((answer) => !FORESEEN.includes(answer)),
  );
  return wrong;
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

type None = (what: string, found: readonly unknown[]) => void;

async function look(database: Database, load: Acknowledged, none: None): Promise<void> {
  const { delivered, deleted, entries = [] } = load;
  const rows = await database.query<{ entry: string }>(
    `select concat_ws(' ', encode(account, 'hex'), kind, coalesce(at::text, encode(mark, 'hex'))) as entry from companion.ledger`,
  );
  const ledger = new Set(rows.map(({ entry }) => entry));
  const isThere = ({ account, kind, at }: Load['delivered'][number]) =>
    ledger.has(`${account} ${kind} ${at}`);
  none(
    'acknowledged events are lost',
    delivered.filter((one) => one.acked && !isThere(one)),
  );
  none(
    'tokens have some of their events stored, and some not',
    delivered.filter(
      (one) => isThere(one) !== one.marks.some((mark) => ledger.has(`${one.account} profile_change ${mark}`)),
    ),
  );
  none(
    'messages deleted from the queue are lost',
    entries.filter((entry) => !ledger.has(entry)),
  );
  none('accounts are not in the state of their newest event', await staleAccounts(database, load));
  none(
    'revocations were set aside',
    await database.query(
      'select client_id, last_error from companion.revocation where set_aside is not null',
    ),
  );
  none(
    'databases report deadlocks',
    await database.query(
      'select deadlocks from pg_stat_database where datname = current_database() and deadlocks > 0',
    ),
  );
  const keys = async (text: string) =>
    new Set((await database.query<{ key: string }>(text)).map(({ key }) => key));
  const gone = await keys(`select encode(account, 'hex') as key from companion.tombstone`);
  none(
    'deleted accounts have no tombstone',
    deleted.filter((key) => !gone.has(key)),
  );
  const left = await keys(`select encode(key, 'hex') as key from companion.account`);
  none(
    'deleted accounts are still there',
    deleted.filter((key) => left.has(key)),
  );
}

/** The state is that of the newest event, acknowledged or not. */
async function staleAccounts(database: Database, { delivered }: Acknowledged): Promise<unknown[]> {
  const rows = await database.query<{ key: string; valid_after: number; revision: number; newest: number }>(
    `select encode(key, 'hex') as key, valid_after, revision,
       (select max(at) from companion.capability where account = key) as newest from companion.account`,
  );
  return [...new Set(delivered.map((one) => one.account))].filter((account) => {
    const acked = delivered.filter((one) => one.account === account && one.acked);
    const newest = (kind: string) =>
      acked.reduce((most, one) => (one.kind === kind ? Math.max(most, one.at) : most), 0);
    const row = rows.find(({ key }) => key === account);
    return !(
      row !== undefined &&
      row.valid_after >= newest('password_change') &&
      (newest('subscription_state_change') === 0 || row.newest >= newest('subscription_state_change')) &&
      row.revision >= acked.length
    );
  });
}
