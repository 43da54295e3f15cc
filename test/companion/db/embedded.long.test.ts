// The embedded database on disk: one process at a time, nothing lost when it is killed, isolated transactions.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/companion/db/database.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { createStore } from '../../../src/companion/db/store.ts';
import { NOON, createdFor, hashOf } from './accounts.ts';

const PATIENCE_MS = 600_000;
const PROGRAM = fileURLToPath(new URL('open-and-wait.ts', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'companion-embedded-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the program; resolves with it and its first line of output. */
function start(dir: string): Promise<{ process: ChildProcess; line: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout
      .setEncoding('utf8')
      .once('data', (text: string) => resolve({ process: child, line: text.trim() }));
  });
}

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

it(
  'refuses a second live process, and opens for the next once the first is dead',
  async () => {
    const dir = join(folder, 'contested');
    const first = await start(dir);
    expect(first.line).toBe('open');
    const second = await start(dir);
    expect(second.line).toContain(`Another process has the database in ${dir} open`);
    await kill(first.process);
    const database = await openDatabase({ dir });
    await expect(openDatabase({ dir })).rejects.toMatchObject({ code: 'directory_in_use' });
    await database.close();
  },
  PATIENCE_MS,
);

describe('an open embedded database', () => {
  const dir = () => join(folder, 'data');
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase({ dir: dir() });
  }, PATIENCE_MS);
  afterAll(() => database.close());

  it('describes what it does not guarantee', () => {
    expect(database.description).toContain('power cut');
    expect(database.description).toContain(dir());
  });

  it('keeps sessions across a close', async () => {
    const hash = await createdFor(createStore(database), hashOf('ada'));
    await database.close();
    database = await openDatabase({ dir: dir() });
    expect(await createStore(database).session(hash, NOON)).toMatchObject({ status: 'live' });
  });

  it('is accessible to its owner only: after the start, after writes, and after an earlier version', async () => {
    const entries = async () => ['', ...(await readdir(dir(), { recursive: true }))];
    const open = async () => {
      const modes = (await entries()).map(
        async (name) => [name, (await lstat(join(dir(), name))).mode] as const,
      );
      return (await Promise.all(modes)).filter(([, mode]) => (mode & 0o077) !== 0);
    };
    expect(await open()).toEqual([]);
    const before = new Set(await entries());
    await database.query('create table modes as select n from generate_series(1, 10000) as n');
    await database.query('create index on modes (n)');
    await database.query('checkpoint');
    await database.tidy();
    const made = (await entries()).filter((name) => !before.has(name));
    expect(made.length).toBeGreaterThan(1);
    expect(await open()).toEqual([]);
    await database.close();
    for (const name of await entries()) {
      const { mode } = await lstat(join(dir(), name));
      await chmod(join(dir(), name), (mode & 0o7000) | (mode & 0o100 ? 0o755 : 0o666));
    }
    database = await openDatabase({ dir: dir() });
    expect(await open()).toEqual([]);
  });

  it('flushes its log, also for concurrent calls', async () => {
    await Promise.all(Array.from({ length: 20 }, () => database.flush()));
    await database.flush();
  });

  it('keeps other statements out of a transaction begun through the pool', async () => {
    await database.query('create table isolation (n integer)');
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query({ text: 'insert into isolation values ($1)', values: [1] });
    const others = [
      database.query('insert into isolation values (2)'),
      database.transaction((transaction) => transaction.query('insert into isolation values (3)')),
    ];
    await client.query('rollback');
    await Promise.all(others);
    client.release();
    expect(await database.query('select n from isolation order by n')).toEqual([{ n: 2 }, { n: 3 }]);
  });

  it('rolls back a client released in the middle of a transaction', async () => {
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query('delete from isolation');
    client.release();
    expect(await database.query('select from isolation')).toHaveLength(2);
  });

  it('reports a failed commit to a client of the pool', async () => {
    const client = await database.pool.connect();
    await client.query('begin');
    await expect(client.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
    await expect(client.query('commit')).rejects.toThrow();
    client.release();
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('rolls back when work rejects, and attaches no values to errors', async () => {
    const secret = 'a value to keep out of logs';
    const failed: unknown = await database
      .transaction(async (transaction) => {
        await transaction.query('delete from isolation');
        return transaction.query('select $1::integer', [secret]);
      })
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: '22P02' });
    expect(Object.values(failed as object).flat()).not.toContain(secret);
    expect(await database.query('select from isolation')).toHaveLength(2);
  });
});
