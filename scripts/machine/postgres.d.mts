// Types of postgres.mjs, which is plain JavaScript because it may have to run before anything is installed.
export interface RunningPostgres {
  /** Of its superuser. */
  readonly url: string;
  /** Ends it and removes its folder. */
  readonly stop: () => Promise<void>;
  /** Kills all its processes at once, as a crash would; `restart` brings it back with what it had committed. */
  readonly kill9: () => Promise<void>;
  readonly restart: () => Promise<void>;
  /**
   * Has all its processes stand still, as a machine that hangs; `thaw` has them go on, `thawPostmaster` only who takes
   * new connections.
   */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly thawPostmaster: () => void;
}

/** The folder of PostgreSQL's programs, or undefined. */
export function lookForPostgres(): string | undefined;

/** Finds PostgreSQL or, as root with apt-get, installs it; throws an Error that says in one line how to get it. */
export function ensurePostgres(): string;

/** Starts a server of its own in a temporary folder, on 127.0.0.1 and a free port. */
export function startPostgres(options?: {
  readonly settings?: Readonly<Record<string, string>>;
  /** Where its folder is made. */
  readonly parentFolder?: string;
}): Promise<RunningPostgres>;
