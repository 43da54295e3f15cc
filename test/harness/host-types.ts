// What the browser of the tests is to the tests: its storage, its windows and tabs, and what a test may do to them.
import type { Policy } from '../../src/session/policy.ts';
import type { BackedUpGrant, Ports } from '../../src/session/ports.ts';

/** Simulates the user in the auth window: gets the URL the window opens with, returns the URL it ends at. */
export type SimulatedUser = (url: string) => Promise<string>;

/** A call of a port under way: to the outside, or, of the network alone, an answer on its way back. */
export interface Held {
  /** The context that called, by the order of its start. */
  readonly context: number;
  readonly call: string;
  readonly way: 'out' | 'back';
}

export interface HostOptions {
  /** Default: rejects, as does the default of `simulatedUser`. */
  readonly fetch?: typeof fetch;
  readonly simulatedUser?: SimulatedUser;
  /** Default: empty. */
  readonly redirectUri?: string;
  /** Where a tab ends; without it this browser's build knows no tabs. */
  readonly returnPage?: string;
  /** The machine's clock, in milliseconds. Default: the real one. */
  readonly now?: () => number;
  /** For jitter. Default: always the same. */
  readonly random?: () => number;
  /** Default: that of the running test. */
  readonly signal?: AbortSignal;
}

export interface Host {
  readonly local: Map<string, unknown>;
  readonly memory: Map<string, unknown>;
  /** What the backup of grants holds. */
  backup: readonly BackedUpGrant[];
  readonly alarms: Map<string, number>;
  readonly windows: { open: number[]; focused: number[]; opened: number };
  /** Tabs of sign-ins, and where they are. */
  readonly tabs: Map<number, string>;
  readonly focusedTabs: number[];
  /** Whether the extension may read the URL of its own tab at the return page. */
  tabsAllowed: boolean;
  /** A browser without `launchWebAuthFlow`. */
  windowless: boolean;
  /** A browser that keeps no keys (IndexedDB refused). */
  keyless: boolean;
  policy: Policy;
  /** Whether the user consented to technical and interaction data; undefined in browsers that don't ask. */
  consent: boolean | undefined;
  /** Told when a tab is at an address the extension may see, and when a tab is gone. */
  onTab: (id: number, url: string) => void;
  onTabGone: (id: number) => void;
  /** Resolves when the next window may appear; browsers show one only when its server has answered. */
  answered: Promise<void>;
  /** Told of each window that appears, as `windows.onCreated` tells. */
  onWindow: (id: number) => void;
  /** Called for each window that closes, before its closer is told, as in Firefox. */
  onWindowGone: (id: number) => void;
  /** Told before and after each call of a port: a test may kill the context right there. */
  onCall: (moment: 'before' | 'after', call: string) => void;
  /** Holds a call of a context, and the answer of a fetch, until the test lets it go. */
  hold: ((held: Held) => Promise<void>) | undefined;
  /** Throws what the browser answers to a call that it refuses. */
  refuse: (call: string) => void;
  readonly reports: unknown[];
  /** How many ids were given out. */
  ids: number;
  /** Milliseconds by which the local clock is off; may be changed at any time. */
  skew: number;
  simulatedUser: SimulatedUser;
  fetch: typeof fetch;
  /** A background: fresh ports over the storage of this host. */
  start(): { ports: Ports; kill: () => void };
  /** The user closes a window. */
  closeWindow(id: number): void;
  closeTab(id: number): void;
}
