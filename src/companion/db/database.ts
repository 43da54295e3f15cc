// The interface to PostgreSQL: a server, or the embedded one.
import type { Pool } from 'pg';

export interface Queryable {
  /** `name`: prepares the statement once per connection under this name. */
  query<Row extends object>(text: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
}

export type OnNotification = (payload: string | undefined) => void;

export type DatabaseKind = 'postgresql' | 'embedded' | 'embedded_in_memory';

export interface Database extends Queryable {
  /**
   * Runs `work` on one connection: commits when it resolves, rolls back when it rejects. `patience`: time limit per
   * statement in milliseconds, where longer than a request may wait.
   */
  transaction<T>(work: (transaction: Queryable) => Promise<T>, patience?: number): Promise<T>;
  /**
   * Calls back with each payload on `ACCOUNT_CHANNEL`, and with undefined when some may have been missed: whenever the
   * connection was lost or is there again.
   */
  listen(onNotification: OnNotification): Promise<void>;
  /** Whether notifications are lost at present. Left out where that can't happen. */
  readonly isDeaf?: () => boolean;
  /** Flushes committed data to disk, as far as this database can. */
  flush(): Promise<void>;
  /** Whether the disk has room; left out where only trying can tell. */
  readonly hasRoom?: () => Promise<boolean>;
  /** See `BatchOptions.gather`. */
  readonly gather: number;
  /** Maintenance that a server does by itself (autovacuum) and the embedded database needs once a day. */
  tidy(): Promise<void>;
  /** For graphile-worker. */
  readonly pool: Pool;
  readonly kind: DatabaseKind;
  /** `host:port` of a server. */
  readonly host?: () => string;
  /** Describes the database to people, including what it doesn't guarantee. */
  readonly description: string;
  /** Calls back when the database is lost for good: the process must exit without writing anything more. */
  onLost(lost: (error: unknown) => void): void;
  close(): Promise<void>;
}
