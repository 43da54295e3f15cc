// What the database refuses by itself, each with a code. Whatever else goes wrong comes as the driver's own error.

export const STORE_ERROR_CODES = [
  /** More deliveries wait than memory should hold. Try later. */
  'queue_full',
  /** One account, or one session, wants more than anybody needs. */
  'too_many',
  /** Another COMPANION_SECRET than the one its hashes were made with. */
  'secret_changed',
  /** A client's accounts were keyed with another space. */
  'space_changed',
  /** A later version of the companion has written here. */
  'database_newer',
  /** The database's user may not create the schema of the companion's tables. */
  'schema_denied',
  /** Another process has the embedded database open. */
  'directory_in_use',
  /** The folder of the embedded database is on a file system, or a machine, that cannot lock it. */
  'directory_unlockable',
  /** The folder of the embedded database was moved or removed while it was open. */
  'directory_lost',
  /** The folder of the embedded database is somebody else's. */
  'directory_foreign',
  /** The server is not to be had, or not in time. Try later. */
  'database_away',
] as const;

export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

/** Why a database is `database_away`. */
export type AwayReason =
  /** It was reached, and then answered nothing any more. */
  | 'frozen'
  /** A time limit of our own, while it answers others. */
  | 'time_out'
  /** There is no connection, or it was lost. */
  | 'connection'
  /** It takes no writes: a standby, or the former writer. */
  | 'read_only'
  | 'disk_full'
  /** It shuts down, starts, or has no resources left. */
  | 'server';

export interface StoreErrorOptions extends ErrorOptions {
  readonly why?: AwayReason;
}

/** `message` is a sentence for the operator. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly why: AwayReason | undefined;

  constructor(code: StoreErrorCode, message: string, options?: StoreErrorOptions) {
    super(message, options);
    this.code = code;
    this.why = options?.why;
  }
}

/** Resources, and what operators or the system do (appendix A of PostgreSQL's manual); 25006 is a server that takes no writes. */
const AWAY = /^(?:08|53|57|58|25006)/;

/** Why an answer of PostgreSQL means that it is away; undefined when it is about the statement. */
export function awayReason(sqlState: string): AwayReason | undefined {
  if (!AWAY.test(sqlState)) return undefined;
  if (sqlState === '25006') return 'read_only';
  if (sqlState === '53100') return 'disk_full';
  return sqlState === '57014' ? 'time_out' : 'server';
}
