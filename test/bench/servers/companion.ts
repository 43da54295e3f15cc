// The companion, as it is, with as many known accounts as the bench wants; or, without a store, what stands before it.
import { createEndpoints } from '../../../src/companion/endpoints.ts';
import { createApp } from '../../../src/companion/app.ts';
import { accountKey, type Client } from '../../../src/companion/clients.ts';
import { startCompanion } from '../../../src/companion/start.ts';
import type { CompanionSettings } from '../../../src/companion/config.ts';
import type { Database } from '../../../src/companion/db/database.ts';
import { createStore } from '../../../src/companion/db/store.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { startServer } from '../../../src/companion/server.ts';
import { createClocks } from '../../../src/companion/operations/clock.ts';
import { createCounters } from '../../../src/companion/operations/counters.ts';
import { createLog } from '../../../src/companion/operations/log.ts';
import { sessionHash } from '../../../src/companion/sessions/token.ts';
import type { Store, WebSignIns } from '../../../src/companion/store.ts';
import { mockServerEndpoints } from '../../../src/fxa/environments.ts';
import { underLoad, type Questions } from './under-load.mjs';
import { sessionTokens, uidsOf } from './uids.mjs';

interface Options {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** `none`: nothing is written; else a URL of PostgreSQL, or a folder for the embedded database. */
  readonly store: 'none' | { readonly url: string } | { readonly dir: string };
  /** People whom tokens are about. */
  readonly accounts?: number;
  /** Of how many of them there is a session; `many`: every account has one, every second two. */
  readonly sessions?: number | 'many';
  /** Accounts in all. */
  readonly known?: number;
}

const options = JSON.parse(process.argv[2] ?? '') as Options;
const { issuer, clientId, scope, store, accounts = 0, sessions = 0, known = accounts } = options;
const client: Client = { clientId, name: 'bench', scope, space: 'bench', jwt: true };
const settings: CompanionSettings = {
  issuer,
  endpoints: mockServerEndpoints(issuer),
  clients: [client],
  secret: Buffer.alloc(32, 'bench'),
  host: '127.0.0.1',
  port: 0,
  extensionIds: [],
  tokenCheck: 'introspect',
  realm: 'bench',
  trustedProxies: 0,
  logLevel: 'info',
};
const log = createLog({ format: 'mozlog', level: settings.logLevel, out: process.stderr });
const version = { source: '', version: '', commit: '', build: '' };

/** Everything the running companion has, but for the database and its worker. */
async function withoutStore(): Promise<string> {
  const nothing = { apply: () => Promise.resolve() } as unknown as Store & WebSignIns;
  const http = { fetch, now: Date.now };
  const { app, webhooks } = createApp({
    settings,
    endpoints: createEndpoints({ first: mockServerEndpoints(issuer), http, now: Date.now }),
    store: nothing,
    state: () => Promise.reject(new Error('There is no store')),
    http,
    log,
    counters: createCounters(),
    version,
    clocks: createClocks(),
    stopping: () => false,
    now: Date.now,
  });
  return (await startServer({ app, webhooks, host: settings.host, port: 0 })).origin;
}

// A statement may not take long.
const STEP = 50_000;

async function fill(database: Database): Promise<void> {
  // Old accounts without a session are forgotten.
  const now = Date.now();
  const keys = uidsOf(accounts).map((uid) => accountKey(settings.secret, client, uid));
  await database.query(
    'insert into companion.account (key, created_at) select unnest($1::bytea[]), $2::bigint',
    [keys, now],
  );
  const hashes = sessionTokens(sessions === 'many' ? 0 : sessions).map((token) =>
    sessionHash(Buffer.from(token, 'base64url')),
  );
  await database.query(
    `insert into companion.session (hash, account, client_id, sealed_uid, proved_at, created_at, seen_at)
     select hash, account, $3, 'sealed', $4, $4, $4 from unnest($1::bytea[], $2::bytea[]) as s (hash, account)`,
    [hashes, keys.slice(0, hashes.length), clientId, now],
  );
  const others = `insert into companion.account (key, created_at)
    select sha256(convert_to('another ' || n, 'UTF8')), $3::bigint from generate_series($1::int, $2::int) as n`;
  for (let from = accounts; from < known; from += STEP) {
    await database.query(others, [from, Math.min(known, from + STEP) - 1, now]);
  }
  const many = `insert into companion.session (hash, account, client_id, sealed_uid, proved_at, created_at, seen_at)
    select sha256(key || decode(lpad(to_hex(nth), 2, '0'), 'hex')), key, $2, 'sealed', $3, $3, $3
    from companion.account, generate_series(1, 2) as nth
    where get_byte(key, 0) = $1 and nth <= 1 + get_byte(key, 1) % 2`;
  if (sessions === 'many')
    for (let first = 0; first < 256; first += 1) await database.query(many, [first, clientId, now]);
  await database.query('vacuum analyze');
}

/** The bench empties what grows between its runs, and counts it after each. */
function questionsTo(database: Database): Questions {
  const store = createStore(database);
  let chores: Promise<void> | undefined;
  const chore = async () => {
    await store.prune((error) => {
      throw error;
    });
    await database.tidy();
  };
  const one = async (text: string): Promise<unknown> =>
    Object.values((await database.query(text))[0] ?? {})[0];
  return {
    empty: () => database.query('truncate companion.ledger, companion.delivery_count'),
    rows: async () => Number(await one('select count(*) from companion.ledger')),
    durability: () => one('show synchronous_commit'),
    // Not awaited, so that other questions can be answered meanwhile; a failure ends this process.
    chores: () => {
      chores ??= chore().finally(() => (chores = undefined));
    },
  };
}

if (store === 'none') {
  underLoad(await withoutStore());
} else {
  const database = await openDatabase(store);
  await fill(database);
  const { origin } = await startCompanion({ settings, log, version, database });
  underLoad(origin, questionsTo(database));
}
