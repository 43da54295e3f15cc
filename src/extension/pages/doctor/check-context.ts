// What the checks need of the world; browser/pages/doctor-ports.ts is the browser's side of it.
import type { BuildConfig } from '../../config.ts';

/** A storage area, as the probe uses it. */
export interface ProbedArea {
  readonly get: (key: string) => Promise<unknown>;
  readonly set: (key: string, value: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  /** Bytes in use and bytes there may be; undefined where the browser does not say. */
  readonly usage: () => Promise<{ readonly used: number; readonly limit: number } | undefined>;
}

export interface Alarm {
  readonly name: string;
  /** Milliseconds. */
  readonly at: number;
}

export interface Granted {
  readonly permissions: readonly string[];
  readonly origins: readonly string[];
  /** Firefox only. */
  readonly dataCollection?: readonly string[];
}

export interface Surroundings {
  /** Milliseconds since the epoch, by the clock of this machine. */
  readonly now: () => number;
  /** Milliseconds that no clock change moves. */
  readonly stopwatch: () => number;
  readonly fetch: typeof fetch;
  /** The build with the server that is in force. */
  readonly build: BuildConfig;
  /** The redirect URI that was registered; undefined where the build does not know it. */
  readonly registered: string | undefined;
  readonly local: ProbedArea;
  readonly session: ProbedArea;
  /** What lies in `storage.local`; whatever it is. */
  readonly stored: (key: 'view') => Promise<unknown>;
  /** Has the background do something, and resolves when it has answered. */
  readonly wake: () => Promise<void>;
  /** Whether the browser keeps keys where the background runs: a page in a private window may see something else. */
  readonly keepsKeys: () => Promise<boolean>;
  /** Undefined in a browser without web sign-in. */
  readonly redirectUri: () => string | undefined;
  readonly hasAuthWindow: () => boolean;
  readonly granted: () => Promise<Granted>;
  readonly alarms: () => Promise<readonly Alarm[]>;
  /** The names under which policies are set. */
  readonly policies: () => Promise<readonly string[]>;
  /** Undefined where the browser does not say. */
  readonly privateWindows: () => Promise<boolean | undefined>;
}
