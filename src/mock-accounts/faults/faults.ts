/** The faults of one mock server, set by tests, the control API and the panel, and checked by every request. */
import { callsOf, needsBody } from './calls.ts';
import {
  type ActiveFault,
  type CallName,
  type Fault,
  isSpent,
  NOTHING_WRONG,
  type Settings,
  take,
} from './model.ts';
import { parseFaults, parseSettings } from './parse.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';

/** A request, as passed to listeners. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly calls: readonly CallName[];
}

type Listener = (request: SeenRequest) => void | Promise<void>;

export interface Faults {
  /** Replaces all faults, but not the settings. The first matching fault applies. Throws `FaultError`. */
  set(faults: readonly Fault[]): void;
  /** Adds a fault before the others. Throws `FaultError`. */
  add(fault: Fault): void;
  remove(id: number): void;
  /** Changes the given settings. Throws `FaultError`. */
  change(settings: Partial<Settings>): void;
  /** Calls back after every change of the settings. */
  onSettings(listener: () => void): void;
  /** Removes all faults and resets the settings. Keeps listeners and the request log. */
  clear(): void;
  readonly settings: Settings;
  /** All faults that were not removed, including spent ones. */
  list(): readonly ActiveFault[];
  /** How often each fault applied, in the order of `list`. */
  hits(): readonly number[];
  /** Calls back before each request is handled, and waits. Faults set in the callback already apply to it. */
  onRequest(listener: Listener): () => void;
  readonly requests: RequestLog;
  /** For the server: the fault that applies to this request, if any. */
  match(request: Request): Promise<ActiveFault | undefined>;
  /** Milliseconds, by this machine's clock. */
  readonly now: () => number;
}

/** Starts without faults. `now` is this machine's clock in milliseconds, not the server's, which may be skewed. */
export function createFaults(now: () => number): Faults {
  let active: readonly ActiveFault[] = [];
  let settings = NOTHING_WRONG;
  let lastId = 0;
  const listeners = new Set<Listener>();
  const settingsListeners: (() => void)[] = [];
  const become = (changed: Settings) => {
    settings = changed;
    for (const listener of settingsListeners) listener();
  };
  const begun = (fault: Fault): ActiveFault => ({ id: ++lastId, fault, hits: 0, passed: 0, since: now() });
  return {
    set(faults) {
      active = parseFaults(faults).map(begun);
    },
    add(fault) {
      const going = active.filter((entry) => !isSpent(entry, now()));
      active = [...parseFaults([fault]).map(begun), ...going];
    },
    remove(id) {
      active = active.filter((entry) => entry.id !== id);
    },
    change(changed) {
      become({ ...settings, ...parseSettings(changed) });
    },
    clear() {
      active = [];
      become(NOTHING_WRONG);
    },
    onSettings: (listener) => void settingsListeners.push(listener),
    get settings() {
      return settings;
    },
    list: () => active,
    hits: () => active.map(({ hits }) => hits),
    onRequest(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    requests: createRequestLog(),
    async match(request) {
      if (listeners.size === 0 && active.length === 0) return undefined;
      const { method } = request;
      const path = new URL(request.url).pathname;
      const body = needsBody(method, path) ? await request.clone().text() : '';
      const calls = callsOf(method, path, body);
      for (const listener of listeners) await listener({ method, path, calls });
      const { matched, active: after } = take(active, calls, now());
      active = after;
      return matched;
    },
    now,
  };
}
