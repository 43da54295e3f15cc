// What the database refuses by itself, each with a code. Whatever else goes wrong comes as the driver's own error.

export const STORE_ERROR_CODES = [
  /** More deliveries wait than memory should hold. Try later. */
  'queue_full',
  /** One account, or one session, wants more than anybody needs. */
  'too_many',
  /** Another COMPANION_SECRET than the one its hashes were made with. */
  'secret_changed',
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

/** `message` is a sentence for the operator. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
