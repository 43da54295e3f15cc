// The small port behind which lies PostgreSQL: a server, or the embedded one.
import type { Pool } from 'pg';

export interface Queryable {
  /** `name`: a statement that is prepared once per connection. */
  query<Row extends object>(text: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
}

export type DatabaseKind = 'postgresql' | 'embedded' | 'embedded_in_memory';

export interface Database extends Queryable {
  /**
   * Commits when the work resolves, rolls back when it rejects. Nothing else comes in between on its connection. `patience`: how
   * many milliseconds a statement in it may take, where that is longer than requests can wait.
   */
  transaction<T>(work: (transaction: Queryable) => Promise<T>, patience?: number): Promise<T>;
  /** Calls back with each notification on a channel; after a loss of the connection with undefined: anything may have been missed. */
  listen(channel: string, onNotification: (payload: string | undefined) => void): Promise<void>;
  /** Makes what is committed survive a power cut, as far as this database can. */
  flush(): Promise<void>;
  /** Whether there is room for more; left out where trying is the way to know. */
  readonly hasRoom?: () => Promise<boolean>;
  /** Milliseconds for which it pays to wait until more can be written at once; see `BatchOptions`. */
  readonly gather: number;
  /** What a server does by itself in quiet hours, and the embedded one has to be told to: once a day will do. */
  tidy(): Promise<void>;
  /** For graphile-worker. */
  readonly pool: Pool;
  readonly kind: DatabaseKind;
  /** `host:port` of a server. */
  readonly host?: () => string;
  /** For people: what this is, and what it does not promise. */
  readonly description: string;
  /** Calls back when the database is lost for good: this process must end, and write nothing more, not even to close it. */
  onLost(lost: (error: unknown) => void): void;
  close(): Promise<void>;
}
