// What the checks need: from the browser, by browser/pages/doctor-ports.ts, and from each other.
import type { Endpoints } from '../../../fxa/environments.ts';
import type { LOCAL } from '../../../session/state/storage-items.ts';
import type { BuildConfig } from '../../config.ts';
import type { Finding } from './findings.ts';

/** A storage area, as used by the storage check. */
export interface ProbedArea {
  readonly get: (key: string) => Promise<unknown>;
  readonly set: (key: string, value: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  /** Bytes in use and bytes available; undefined if the browser does not report them. */
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

export interface CheckContext {
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly stopwatch: () => number;
  readonly fetch: typeof fetch;
  /** The build with the active server applied. */
  readonly build: BuildConfig;
  /** The registered redirect URI; undefined if the build does not know it. */
  readonly registered: string | undefined;
  readonly local: ProbedArea;
  readonly session: ProbedArea;
  /** The contents of `storage.local`, not validated. */
  readonly stored: (key: typeof LOCAL.view) => Promise<unknown>;
  /** Sends the background a command, and resolves when it answers. */
  readonly wake: () => Promise<void>;
  /** Whether the background can store keys; a page in a private window may see another result. */
  readonly keepsKeys: () => Promise<boolean>;
  /** Undefined in browsers without web sign-in. */
  readonly redirectUri: () => string | undefined;
  readonly hasAuthWindow: () => boolean;
  readonly granted: () => Promise<Granted>;
  readonly alarms: () => Promise<readonly Alarm[]>;
  /** The names of the policies that are set. */
  readonly policies: () => Promise<readonly string[]>;
  /** Undefined if the browser does not report it. */
  readonly privateWindows: () => Promise<boolean | undefined>;
}

/** A server's clock, with its uncertainty: half the response time plus a second of rounding. */
export interface Stamp {
  /** Server time minus local time, in milliseconds. */
  readonly difference: number;
  readonly uncertainty: number;
}

/** Results that later checks need. */
export interface Notes {
  endpoints?: Endpoints;
  readonly stamps: Stamp[];
}

export type Examine = (context: CheckContext, notes: Notes) => Promise<Omit<Finding, 'check'>>;
