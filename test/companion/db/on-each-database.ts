// Runs a suite on the embedded database and on a PostgreSQL server. Without PostgreSQL on this machine it fails with
// instructions, instead of silently skipping half.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { startPostgres } from '../../../scripts/machine/postgres.mjs';
import type { Database } from '../../../src/companion/db/database.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { createStore } from '../../../src/companion/db/store.ts';
import type { Store } from '../../../src/companion/store.ts';
import { openEmbedded } from './embedded.ts';
import { empty } from './empty.ts';

const START_MS = 300_000;

export interface TestDatabase {
  readonly database: Database;
  readonly store: Store;
  /** URL of the server, if any. */
  readonly url?: string;
  /** What another instance would use: its own connections to a server. */
  readonly another: () => Promise<Database>;
}

interface Started extends TestDatabase {
  readonly stop: () => Promise<void>;
}

const DATABASES = [
  { name: 'embedded', start: startEmbedded },
  { name: 'PostgreSQL', start: startServer },
] as const;

/** `ON_DATABASES` names one of them; by default a suite runs on both. */
const wanted = process.env.ON_DATABASES;
const SELECTED = DATABASES.filter(({ name }) => !wanted || name === wanted);
if (SELECTED.length === 0) throw new Error(`ON_DATABASES is "${wanted}"; it may be embedded or PostgreSQL.`);

/** All tests of the suite share one database, emptied before each. */
export function onEachDatabase(
  suite: (harness: TestDatabase, name: (typeof DATABASES)[number]['name']) => void,
): void {
  for (const { name, start } of SELECTED) {
    describe(name, () => {
      let started: Started | undefined;
      const get = () => {
        if (started === undefined) throw new Error('The database has not been started.');
        return started;
      };
      beforeAll(async () => {
        started = await start();
      }, START_MS);
      beforeEach(() => empty(get().database));
      afterAll(() => started?.stop(), START_MS);
      const harness: TestDatabase = {
        get database() {
          return get().database;
        },
        get store() {
          return get().store;
        },
        get url() {
          return get().url ?? '';
        },
        another: () => get().another(),
      };
      suite(harness, name);
    });
  }
}

async function startEmbedded(): Promise<Started> {
  const database = await openEmbedded();
  return {
    database,
    store: createStore(database),
    another: () => Promise.resolve({ ...database, close: () => Promise.resolve() }),
    stop: () => database.close(),
  };
}

async function startServer(): Promise<Started> {
  const server = await startPostgres({ settings: { fsync: 'off' } });
  const database = await openDatabase({ url: server.url });
  const others: Database[] = [];
  return {
    database,
    store: createStore(database),
    url: server.url,
    another: async () => {
      const other = await openDatabase({ url: server.url });
      others.push(other);
      return other;
    },
    stop: async () => {
      await Promise.all([database, ...others].map((one) => one.close().catch(() => undefined)));
      await server.stop();
    },
  };
}

let databases = 0;

/** Creates an empty database on a server; resolves with its URL. */
export async function freshDatabase(url: string): Promise<string> {
  const name = `fresh_${process.pid}_${(databases += 1)}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}
