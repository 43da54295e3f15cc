// Companions that read a queue, killed as they receive messages and at the instant a deletion arrives, and the server of
// their database killed at that instant: what is gone from the queue is in the database.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { newFolder, removeFolder } from '../../../scripts/driver/folders.ts';
import { accountKey } from '../../../src/companion/clients.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { startMockServer } from '../../../src/mock-accounts/listen.ts';
import { note } from '../../faults/counts.ts';
import { createChance } from '../../harness/random.ts';
import { testSignal } from '../../harness/test-signal.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { CLIENT, SECRET } from '../fakes/mock-and-companion.ts';
import { startFakeSqs } from '../fakes/sqs.ts';
import { createSession, type Where } from '../harness.ts';
import { programs } from './programs.ts';
import { feedQueue } from './queue-feed.ts';
import { KILL_ROUNDS, KILL_SEED, PATIENCE_MS } from './rounds.ts';

const ACCOUNTS = 8;
/** Milliseconds between two messages: more than a companion takes, so that batches are full. */
const PACE = 2;
/** Milliseconds until a message that a killed companion held is seen again. */
const VISIBILITY = 2_000;
/** Milliseconds within which a companion is killed after messages were handed to it. */
const SOON = 30;

const run = programs();
let folder: string;
beforeAll(async () => {
  folder = await newFolder('companion-queue');
});
afterAll(() => removeFolder(folder));

it(
  'deletes no message before its commit on the embedded database, however it is killed',
  () => killWhileReading('the embedded database', { dataDir: join(folder, 'data') }),
  PATIENCE_MS,
);

it(
  'deletes no message before its commit on PostgreSQL, however it or the server is killed',
  async () => killWhileReading('PostgreSQL', { databaseUrl: await freshDatabase(run.server.url) }),
  PATIENCE_MS,
);

async function killWhileReading(name: string, where: Where): Promise<void> {
  const signal = testSignal();
  const chance = createChance(KILL_SEED);
  const mock = await startMockServer({ era: 'today' });
  const sqs = await startFakeSqs({ visibility: VISIBILITY });
  const start = () => run.built.start(mock, where, [], { env: sqs.env });
  let companion = start();
  const origin = await companion.listening;
  const accounts = await Promise.all(
    Array.from({ length: ACCOUNTS }, async (_, index) => {
      const email = `reader-${index}@example.com`;
      const { uid } = mock.store.accounts.add({ email, password: 'correct horse' });
      await createSession(mock, origin, { email });
      return { uid, key: accountKey(SECRET, CLIENT, uid).toString('hex') };
    }),
  );
  const [leaving] = accounts.splice(0, 1);
  if (leaving === undefined) throw new Error('No account');

  const feed = feedQueue(sqs, accounts, PACE);
  /**
   * Resolves when `kill` has been called, before the companion has the answer to such a request. Rejects with what the
   * companion said when it ends before that.
   */
  const killAt = (operation: string, kill: () => Promise<void>) =>
    new Promise<void>((resolve, reject) => {
      const { exited, output } = companion;
      void exited.then(() => reject(new Error(`It ended by itself, and said:\n${output()}`)));
      sqs.onRequest = async (asked) => {
        if (asked !== operation) return;
        sqs.onRequest = () => undefined;
        const killed = kill();
        resolve(killed);
        await killed;
      };
    });

  try {
    for (let round = 0; round < KILL_ROUNDS; round += 1) {
      if (round === 1) sqs.send({ event: 'delete', uid: leaving.uid });
      await killAt('DeleteMessageBatch', () => companion.kill9());
      companion = start();
      let killed: Promise<void> | undefined;
      await killAt('ReceiveMessage', () => {
        killed = wait(chance.next() * SOON).then(() => companion.kill9());
        return Promise.resolve();
      });
      await killed;
      companion = start();
      if (where.databaseUrl === undefined) continue;
      await killAt('DeleteMessageBatch', () => run.server.kill9());
      await run.server.restart();
    }
    await feed.stop();
    await vi.waitUntil(() => signal.aborted || sqs.queue.length === 0, { timeout: PATIENCE_MS });
    expect(await companion.stop()).toBe(0);

    const database = await openDatabase({ url: where.databaseUrl, dir: where.dataDir });
    const rows = await database.query<{ entry: string }>(
      `select concat_ws(' ', encode(account, 'hex'), kind, coalesce(at::text, encode(mark, 'hex'))) as entry from companion.ledger`,
    );
    const gone = await database.query<{ key: string }>(
      `select encode(account, 'hex') as key from companion.tombstone`,
    );
    await database.close();
    const ledger = new Set(rows.map(({ entry }) => entry));
    expect(feed.expected.filter((entry) => !ledger.has(entry))).toEqual([]);
    expect(gone.map(({ key }) => key)).toContain(leaving.key);
    expect(feed.expected.length).toBeGreaterThan(KILL_ROUNDS * 10);
    note(`messages deleted from the queue on ${name}`, sqs.deleted.length, '0 lost');
  } finally {
    await feed.stop();
    sqs.onRequest = () => undefined;
    await companion.kill9();
    await sqs.stop();
    await mock.stop();
  }
}
