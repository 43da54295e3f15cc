// Presents the embedded database as the connection pool graphile-worker expects: many clients on its one session.
import type { PGlite, Results, Transaction } from '@electric-sql/pglite';
import { EventEmitter } from 'node:events';
import type { Pool } from 'pg';

type Statement = string | { readonly text: string; readonly values?: readonly unknown[] };
type Connected = (error: undefined, client: EmbeddedClient, release: () => void) => void;

/** A pool that is just enough for graphile-worker 0.17. */
export function pglitePool(pglite: PGlite): Pool {
  const pool = Object.assign(new EventEmitter(), {
    options: { max: 10 },
    query: (statement: Statement, values?: readonly unknown[]) => run(pglite, statement, values),
    connect: (connected?: Connected) => {
      const client = new EmbeddedClient(pglite);
      if (connected === undefined) return Promise.resolve(client);
      connected(undefined, client, () => client.release());
      return undefined;
    },
    end: () => Promise.resolve(),
  });
  // graphile-worker warns about pools without these listeners; this one has no connections to lose.
  pool.on('error', () => undefined).on('connect', () => undefined);
  return pool as unknown as Pool;
}

/** Uses PGlite's transactions, which keep other statements out until they end. */
class EmbeddedClient extends EventEmitter {
  readonly #pglite: PGlite;
  readonly #unlisten: () => void;
  #transaction: OpenTransaction | undefined;

  constructor(pglite: PGlite) {
    super();
    this.#pglite = pglite;
    this.#unlisten = pglite.onNotification((channel, payload) =>
      this.emit('notification', { channel, payload }),
    );
  }

  async query(statement: Statement, values?: readonly unknown[]): Promise<Results> {
    const text = typeof statement === 'string' ? statement : statement.text;
    switch (text.trim().replace(/;$/, '').toLowerCase()) {
      case 'begin':
        this.#transaction = await openTransaction(this.#pglite);
        return NO_ROWS;
      case 'commit':
        await this.#close('commit');
        return NO_ROWS;
      case 'rollback':
        await this.#close('rollback');
        return NO_ROWS;
      default:
        return run(this.#transaction?.statements ?? this.#pglite, statement, values);
    }
  }

  release(): void {
    this.#unlisten();
    // A client released in the middle of a transaction is rolled back; failures have no receiver.
    this.#close('rollback').catch(() => undefined);
  }

  async #close(how: 'commit' | 'rollback'): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    await transaction?.close(how);
  }
}

const NO_ROWS: Results = { rows: [], fields: [] };

interface OpenTransaction {
  readonly statements: Transaction;
  readonly close: (how: 'commit' | 'rollback') => Promise<void>;
}

/** Turns PGlite's callback transaction into one that is open between two statements. */
function openTransaction(pglite: PGlite): Promise<OpenTransaction> {
  return new Promise((resolve, reject) => {
    const whole = pglite.transaction(
      (statements) =>
        new Promise<void>((commit) => {
          resolve({
            statements,
            close: async (how) => {
              if (how === 'rollback') await statements.rollback();
              commit();
              await whole;
            },
          });
        }),
    );
    whole.catch(reject);
  });
}

/** Runs one statement with values, or a script of several; resolves with the last result. */
export async function run(
  where: Pick<PGlite, 'query' | 'exec'>,
  statement: Statement,
  values?: readonly unknown[],
): Promise<Results> {
  const { text, values: bound } = typeof statement === 'string' ? { text: statement } : statement;
  const given = values ?? bound;
  if (given !== undefined && given.length > 0) return where.query(text, [...given]);
  return (await where.exec(text)).at(-1) ?? NO_ROWS;
}
