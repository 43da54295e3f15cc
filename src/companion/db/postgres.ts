// A PostgreSQL server, version 15 or later.
import pg, { type Client, type ClientConfig, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import type { Database, Queryable } from './database.ts';
import { type AwayReason, awayReason, StoreError } from './errors.ts';
import { createGuard, type GuardChange } from './guard.ts';
import { createHosts, ReadOnlyHost } from './postgres-hosts.ts';
import { createListener } from './postgres-listener.ts';

/** Time limit per statement; a request that waits longer is better answered with 503. */
const PATIENCE_MS = 10_000;
const CONNECT_PATIENCE_MS = 10_000;
/** For probes: short enough that the first waiting request is answered within five seconds. */
const PROBE_PATIENCE_MS = 2_500;
const IDLE_MS = 30_000;
const CONNECTIONS = 10;
/**
 * When a server becomes read-only many statements fail at once; connections younger than this were made after that was
 * known.
 */
const JUST_MADE_MS = 1_000;

interface PostgresOptions {
  /** Time limit per statement, in milliseconds. */
  readonly patience?: number;
  /** Called when the server is found frozen, and when it answers again. */
  readonly report?: ((change: GuardChange) => void) | undefined;
  /** `host:port` of the host to start with. Default: the first. */
  readonly first?: string | undefined;
}

/** Opens a server. `url` may name several hosts, as in libpq. */
export function openPostgres(
  url: string,
  { patience = PATIENCE_MS, report = () => undefined, first }: PostgresOptions = {},
): Database {
  const config: ClientConfig = {
    application_name: 'companion',
    connectionTimeoutMillis: CONNECT_PATIENCE_MS,
    // Client-side limit, in case the server stops answering.
    query_timeout: patience + CONNECT_PATIENCE_MS,
    keepAlive: true,
    types: TYPES,
  };
  // Set by statement, because PgBouncer rejects these as startup parameters.
  const setLimits = async (client: Client) => {
    await client.query(LIMITS, [String(patience)]);
  };
  const hosts = createHosts(url, config, setLimits, first);
  const pool = hosts.pool({ max: CONNECTIONS, idleTimeoutMillis: IDLE_MS });
  const listener = createListener(hosts.client);
  const guard = createGuard(() => probe(hosts.client()), hosts.drop, report);

  /** Runs work on a pooled connection, then returns it to the pool or closes it. */
  async function withConnection<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient | undefined;
    let isOver = false;
    let isBroken = false;
    try {
      return await guard.run(async () => {
        const connected = await mapErrors(pool.connect());
        if (isOver) connected.release();
        else client = connected;
        return work(connected);
      });
    } catch (error) {
      isBroken = isAway(error);
      // The listener and the worker must find the new primary, too.
      if (isAway(error) && error.why === 'read_only') hosts.drop(JUST_MADE_MS);
      throw error;
    } finally {
      isOver = true;
      client?.release(isBroken);
    }
  }

  return {
    query: (text, values, name) => withConnection((client) => queryable(client).query(text, values, name)),
    transaction: (work, longer) => withConnection((client) => transaction(client, work, longer)),
    listen: listener.listen,
    isDeaf: listener.isDeaf,
    flush: () => Promise.resolve(),
    gather: 0,
    tidy: () => Promise.resolve(),
    pool,
    kind: 'postgresql',
    host: hosts.current,
    description: 'PostgreSQL, for any number of companions',
    onLost: () => undefined,
    close: async () => {
      guard.close();
      await listener.close();
      await pool.end();
    },
  };
}

const LIMITS = `select set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', $1, false)`;

async function probe(client: Client): Promise<void> {
  const late = setTimeout(() => client.connection.stream.destroy(), PROBE_PATIENCE_MS);
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    // Any answer, even an error, shows that it answers.
    if (!(error instanceof pg.DatabaseError)) throw error;
  } finally {
    clearTimeout(late);
    client.end().catch(() => undefined);
  }
}

async function transaction<T>(
  client: PoolClient,
  work: (transaction: Queryable) => Promise<T>,
  patience: number | undefined,
): Promise<T> {
  const statements = queryable(client, patience);
  await statements.query('begin');
  try {
    if (patience !== undefined)
      await statements.query(`select set_config('statement_timeout', $1, true)`, [String(patience)]);
    const result = await work(statements);
    await statements.query('commit');
    return result;
  } catch (error) {
    // A connection that can't roll back is closed instead.
    if (!isAway(error)) await statements.query('rollback');
    throw error;
  }
}

function queryable(client: PoolClient, patience?: number): Queryable {
  const longer = patience !== undefined && { query_timeout: patience + CONNECT_PATIENCE_MS };
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = [], name?: string) => {
      const statement: QueryConfig = {
        text,
        values: [...values],
        ...(name !== undefined && { name }),
        ...longer,
      };
      const result = (await mapErrors(client.query(statement))) as QueryResult | QueryResult[];
      // A script of several statements has several results.
      const last = Array.isArray(result) ? result.at(-1) : result;
      return (last?.rows ?? []) as Row[];
    },
  };
}

/** Maps errors of the server or connection, for which drivers have no common type, to `database_away`. */
async function mapErrors<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    const why = whyAway(error);
    if (why === undefined) throw error;
    throw new StoreError('database_away', 'The database does not answer.', { cause: error, why });
  }
}

function whyAway(error: unknown): AwayReason | undefined {
  if (error instanceof TypeError) return undefined;
  const { code, message } = Object(error) as Partial<pg.DatabaseError>;
  if (error instanceof pg.DatabaseError || error instanceof ReadOnlyHost) return awayReason(code ?? '');
  // Messages of pg and pg-pool.
  return /^(?:Query read timeout|timeout exceeded|timeout expired)/.test(message ?? '')
    ? 'time_out'
    : 'connection';
}

const isAway = (error: unknown): error is StoreError =>
  error instanceof StoreError && error.code === 'database_away';

/** Instants and counters here are far below 2^53. */
const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(pg.types.builtins.INT8, Number);
