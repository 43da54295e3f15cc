// A browser for tests: several contexts of one extension over one storage, windows that a test drives, and sudden death.
import { FxaError } from '../../src/fxa/errors.ts';
import type { Area, Ports } from '../../src/session/ports.ts';
import { createLockManager } from './locks.ts';

/** Plays the person in the auth window: gets the URL the window opens with, gives the one it ends at. */
export type Person = (url: string) => Promise<string>;

export interface HostOptions {
  readonly fetch: typeof fetch;
  readonly person: Person;
  readonly redirectUri: string;
}

export interface Host {
  readonly local: Map<string, unknown>;
  readonly memory: Map<string, unknown>;
  readonly alarms: Map<string, number>;
  readonly windows: { open: number[]; focused: number[]; opened: number };
  /** Resolves when the next window may appear; browsers show one only when its server has answered. */
  answered: Promise<void>;
  /** Told of each window that appears, as `windows.onCreated` tells. */
  onWindow: (id: number) => void;
  /** Told of each window that is gone, before whoever closed it hears of that, as Firefox does. */
  onWindowGone: (id: number) => void;
  /** Told before and after each call of a port: a test may kill the context right there. */
  onCall: (moment: 'before' | 'after', call: string) => void;
  readonly reports: unknown[];
  /** Milliseconds by which the person's clock is off; a test may change it at any time. */
  skew: number;
  person: Person;
  fetch: typeof fetch;
  /** A background: fresh ports over the storage of this host. */
  start(): { ports: Ports; kill: () => void };
  /** The person closes a window. */
  closeWindow(id: number): void;
}

export function createHost(options: HostOptions): Host {
  const locks = createLockManager();
  const closers = new Map<number, () => void>();
  let windowId = 100;
  let ids = 0;

  let launching = false;

  /** One window at a time, as Chromium has it; the flow outlives the background that asked for it. */
  async function launch(url: string): Promise<string> {
    if (launching) throw new FxaError('busy', 'Only one web auth flow is allowed at a time.');
    launching = true;
    try {
      await host.answered;
      const id = ++windowId;
      host.windows.open.push(id);
      host.windows.opened++;
      host.onWindow(id);
      return await new Promise<string>((resolve, reject) => {
        const close = () => {
          reject(new FxaError('cancelled', 'closed'));
        };
        closers.set(id, close);
        host.person(url).then(resolve, close);
      }).finally(() => {
        closers.delete(id);
        host.windows.open = host.windows.open.filter((other) => other !== id);
        host.onWindowGone(id);
      });
    } finally {
      launching = false;
    }
  }

  const host: Host = {
    local: new Map(),
    memory: new Map(),
    alarms: new Map(),
    windows: { open: [], focused: [], opened: 0 },
    answered: Promise.resolve(),
    onWindow: () => undefined,
    onWindowGone: () => undefined,
    onCall: () => undefined,
    reports: [],
    skew: 0,
    person: options.person,
    fetch: options.fetch,
    closeWindow(id) {
      closers.get(id)?.();
    },
    start() {
      const context = {};
      let killed = false;
      const dead = () => killed;
      /** A dead context gets no answers any more: whatever it awaits never settles. */
      const alive = <T>(call: string, work: () => T | Promise<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          // Storage is structured-cloned and asynchronous in a browser; so is everything here.
          const run = async () => {
            if (dead()) return;
            host.onCall('before', call);
            if (dead()) return;
            try {
              const value = await work();
              host.onCall('after', call);
              if (!dead()) resolve(value);
            } catch (error) {
              host.onCall('after', call);
              if (!dead()) reject(error instanceof Error ? error : new Error(String(error)));
            }
          };
          void Promise.resolve().then(run);
        });

      const area = (name: string, map: Map<string, unknown>): Area => ({
        get: (key) => alive(`${name}.get ${key}`, () => structuredClone(map.get(key))),
        set: (items) =>
          alive(`${name}.set ${Object.keys(items).join(' ')}`, () => {
            for (const [key, value] of Object.entries(structuredClone(items))) map.set(key, value);
          }),
      });

      const ports: Ports = {
        now: () => Date.now() + host.skew,
        newId: () => `id-${++ids}`,
        random: () => 0.5,
        fetch: (...request) =>
          alive(`fetch ${new URL(String(request[0])).pathname}`, () => host.fetch(...request)),
        local: area('local', host.local),
        memory: area('memory', host.memory),
        vault: {
          seal: (secret) => alive('vault.seal', () => `sealed:${btoa(secret)}`),
          open: (sealed) =>
            alive('vault.open', () => (sealed.startsWith('sealed:') ? atob(sealed.slice(7)) : undefined)),
        },
        locks: locks.locksFor(context),
        authWindow: {
          redirectUri: options.redirectUri,
          launch: (url) => alive('authWindow.launch', () => launch(url)),
          focus: (id) =>
            alive('authWindow.focus', () => {
              if (!host.windows.open.includes(id)) return false;
              host.windows.focused.push(id);
              return true;
            }),
          close: (id) => alive('authWindow.close', () => host.closeWindow(id)),
        },
        alarms: {
          set: (name, at) => alive('alarms.set', () => void host.alarms.set(name, at)),
          clear: (name) => alive('alarms.clear', () => void host.alarms.delete(name)),
        },
        report: (error) => void host.reports.push(error),
      };

      return {
        ports,
        kill: () => {
          killed = true;
          locks.release(context);
        },
      };
    },
  };
  return host;
}
