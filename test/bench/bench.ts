// The ground every part of the bench stands on: its tokens, its servers and its databases.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startPostgres, type RunningPostgres } from '../../scripts/machine/postgres.mjs';
import { buildPrograms } from './build.ts';
import { freshDatabase } from './fresh-database.ts';
import { startServer, type Server } from './server.ts';
import { CLIENT_ID, createSigner, SCOPE, type Signer, type Wanted } from './tokens.ts';

/** The core of the server where one core is measured, and that of its load. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

export interface Pace {
  readonly rounds: number;
  /** Of one run. */
  readonly seconds: number;
  /** Distinct tokens; a durable run must not use them up. */
  readonly tokens: number;
}

export interface Bench extends Pace {
  /** A path in a folder that is removed at the end. */
  readonly path: (name: string) => string;
  /** Signs tokens into a file, and returns its path. */
  readonly tokenFile: (name: string, writer: Writer, wanted: Whom) => Promise<string>;
  /** The URL of an empty database, on the one PostgreSQL server of the bench. */
  readonly database: (name: string) => Promise<string>;
  readonly companion: (options: object, core?: number) => Promise<Server>;
  readonly resource: (options: object, core?: number) => Promise<Server>;
  readonly tutorial: (options: object, core?: number) => Promise<Server>;
}

type Writer = (signer: Signer, wanted: Wanted) => Promise<void>;
type Whom = Pick<Wanted, 'count' | 'people'>;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Does the work on a bench of its own; whatever happens, nothing of it stays. */
export async function onBench<T>(pace: Pace, work: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'companion-bench-'));
  const discard = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', discard);
  const running: { readonly stop: () => Promise<void> }[] = [];
  try {
    return await work(await laidOut(pace, folder, running));
  } finally {
    for (const one of running.reverse()) await one.stop();
    process.removeListener('exit', discard);
    discard();
  }
}

/** Segments of its log that a server has made, to be used again. */
const SEGMENTS = 48;

/**
 * As a server that has been running for a while: a new one makes each segment of its log, 16 MB of zeros, in the middle of
 * another's commit, where an older one takes one it has used before.
 */
async function aged(server: RunningPostgres): Promise<RunningPostgres> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (let made = 0; made < SEGMENTS; made += 1) {
    await client.query("select pg_logical_emit_message(true, 'bench', 'x'), pg_switch_wal()");
  }
  await client.query('checkpoint');
  await client.end();
  return server;
}

async function laidOut(
  pace: Pace,
  folder: string,
  running: { readonly stop: () => Promise<void> }[],
): Promise<Bench> {
  const kept = <T extends { readonly stop: () => Promise<void> }>(one: T) => {
    running.push(one);
    return one;
  };
  const start = async (program: string, options: object, core?: number) =>
    kept(await startServer(program, options, core));
  const [programs, signer] = await Promise.all([buildPrograms(), createSigner()]);
  const client = { clientId: CLIENT_ID, scope: SCOPE };
  const accounts = await start(here('servers/accounts.mjs'), { ...client, keys: signer.keys }, LOAD_CORE);
  const { origin: issuer } = accounts;
  const path = (name: string) => join(folder, name);
  let postgres: ReturnType<typeof startPostgres> | undefined;
  return {
    ...pace,
    path,
    tokenFile: async (name, writer, wanted) => {
      await writer(signer, { file: path(name), issuer, ...wanted });
      return path(name);
    },
    database: async (name) => {
      postgres ??= startPostgres({ settings: { min_wal_size: '1GB' } })
        .then(kept)
        .then(aged);
      return freshDatabase((await postgres).url, name);
    },
    companion: (options, core) => start(programs.companion, { issuer, ...client, ...options }, core),
    resource: (options, core) => start(programs.resource, { issuer, ...client, ...options }, core),
    tutorial: (options, core) => start(here('baseline/server.mjs'), { issuer, ...client, ...options }, core),
  };
}
