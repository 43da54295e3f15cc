// A PostgreSQL server, version 15 or later.
import pg, { type ClientConfig, type QueryConfig, type QueryResult } from 'pg';
import type { Database, Queryable } from './database.ts';
import { StoreError } from './errors.ts';
import { createListener } from './postgres-listener.ts';

/** How long a statement may take; a request that waits longer is better told to come again. */
const PATIENCE_MS = 10_000;
const CONNECT_PATIENCE_MS = 5_000;
const IDLE_MS = 30_000;
const CONNECTIONS = 10;

/** @param patience for one statement, in milliseconds */
export function openPostgres(url: string, patience = PATIENCE_MS): Database {
  const config: ClientConfig = {
    connectionString: url,
    application_name: 'companion',
    connectionTimeoutMillis: CONNECT_PATIENCE_MS,
    statement_timeout: patience,
    // The server may be the one that does not answer any more.
    query_timeout: patience + CONNECT_PATIENCE_MS,
    idle_in_transaction_session_timeout: patience,
    keepAlive: true,
    types: TYPES,
  };
  const pool = new pg.Pool({ ...config, max: CONNECTIONS, idleTimeoutMillis: IDLE_MS });
  // Whoever uses a lost connection learns of it from his statement; without these, idle ones would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const listener = createListener(config);
  return {
    ...queryable(pool),
    transaction: (work) => transaction(pool, work),
    listen: listener.listen,
    flush: () => Promise.resolve(),
    gather: 0,
    tidy: () => Promise.resolve(),
    pool,
    description: 'PostgreSQL, for any number of companions',
    close: async () => {
      await listener.close();
      await pool.end();
    },
  };
}

async function transaction<T>(pool: pg.Pool, work: (transaction: Queryable) => Promise<T>): Promise<T> {
  const client = await told(pool.connect());
  let broken: unknown;
  try {
    await told(client.query('begin'));
    const result = await work(queryable(client));
    await told(client.query('commit'));
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: unknown) => {
      broken = failure;
    });
    throw error;
  } finally {
    // A connection on which nothing could be rolled back is no use to anybody.
    client.release(broken !== undefined);
  }
}

interface Driver {
  query(statement: QueryConfig): Promise<QueryResult | QueryResult[]>;
}

function queryable(driver: Driver): Queryable {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = [], name?: string) => {
      const result = await told(
        driver.query({ text, values: [...values], ...(name !== undefined && { name }) }),
      );
      // A text of several statements has several results.
      const last = Array.isArray(result) ? result.at(-1) : result;
      return (last?.rows ?? []) as Row[];
    },
  };
}

// Connections, resources, and what operators or the system do (appendix A of PostgreSQL's manual).
const AWAY = /^(?:08|53|57|58)/;

/** What is nobody's fault but the connection's becomes `database_away`: drivers have no common name for it. */
async function told<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const isAnswer = error instanceof pg.DatabaseError && !AWAY.test(error.code ?? '');
    if (isAnswer || error instanceof TypeError) throw error;
    throw new StoreError('database_away', 'The database does not answer.', { cause: error });
  }
}

/** Every instant and counter here is far below 2^53. */
const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(pg.types.builtins.INT8, Number);
