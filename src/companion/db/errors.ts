// Errors the store raises itself, each with a code. Anything else comes as the driver's own error.

export type StoreErrorCode =
  /** Too many deliveries are waiting. Try later. */
  | 'queue_full'
  /** One account or session exceeded its limit. */
  | 'too_many'
  /** COMPANION_SECRET is not the one the database was created with. */
  | 'secret_changed'
  /** Accounts are still known by a secret that is no longer set. */
  | 'secret_needed'
  /** A client's accounts were hashed with another space. */
  | 'space_changed'
  /** The database was written by a later version of the companion. */
  | 'database_newer'
  /** The database is not of this version yet. */
  | 'database_older'
  /** The database user may not create the companion's schema. */
  | 'schema_denied'
  /** Another process has the embedded database open. */
  | 'directory_in_use'
  /** The file system or machine can't lock the embedded database's folder. */
  | 'directory_unlockable'
  /** The embedded database's folder was moved or removed while open. */
  | 'directory_lost'
  /** The embedded database's folder belongs to another user or holds other files. */
  | 'directory_foreign'
  /** The database can't answer, or not in time. Try later; `why` says the cause. */
  | 'database_away';

/** Why a database is `database_away`. */
export type AwayReason =
  /** It stopped answering on open connections. */
  | 'frozen'
  /** A statement exceeded our own time limit while the database still answers. */
  | 'time_out'
  /** No connection, or it was lost. */
  | 'connection'
  /** It accepts no writes: a standby, or the former primary. */
  | 'read_only'
  | 'disk_full'
  /** It is starting, shutting down, or out of resources. */
  | 'server';

/** `message` is a sentence for the operator. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly why: AwayReason | undefined;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions & { readonly why?: AwayReason }) {
    super(message, options);
    this.code = code;
    this.why = options?.why;
  }
}

/**
 * Why a PostgreSQL error means the database is unavailable; undefined when it is about the statement. By the classes for
 * resources and operator or system intervention (PostgreSQL manual, appendix A); 25006: a server in read-only mode.
 */
export function awayReason(sqlState: string): AwayReason | undefined {
  if (sqlState === '25006') return 'read_only';
  if (sqlState === '53100') return 'disk_full';
  if (sqlState === '57014') return 'time_out';
  return /^(?:08|53|57|58)/.test(sqlState) ? 'server' : undefined;
}
