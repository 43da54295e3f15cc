// Types of pgbouncer.mjs, which is plain JavaScript because it may have to run before anything is installed.
export interface RunningPgbouncer {
  /** The URL of the same database through it. */
  readonly before: (url: string) => string;
  /** Ends it and removes its folder. */
  readonly stop: () => Promise<void>;
}

/** Finds PgBouncer or, as root with apt-get, installs it; throws an Error that says in one line how to get it. */
export function ensurePgbouncer(): string;

/** Starts one before a server, on 127.0.0.1 and a free port, with its default settings. */
export function startPgbouncer(serverUrl: string): Promise<RunningPgbouncer>;
