// A browser for tests: several contexts of one extension over one storage, windows that a test drives, and sudden death.
import { FxaError } from '../../src/fxa/errors.ts';
import type { Policy } from '../../src/session/policy.ts';
import type { Area, Ports } from '../../src/session/ports.ts';
import { createLockManager } from './locks.ts';

/** Plays the person in the auth window: gets the URL the window opens with, gives the one it ends at. */
export type Person = (url: string) => Promise<string>;

export interface HostOptions {
  readonly fetch: typeof fetch;
  readonly person: Person;
  readonly redirectUri: string;
  /** Where a tab ends; without it this browser's build knows no tabs. */
  readonly returnPage?: string;
}

export interface Host {
  readonly local: Map<string, unknown>;
  readonly memory: Map<string, unknown>;
  readonly alarms: Map<string, number>;
  readonly windows: { open: number[]; focused: number[]; opened: number };
  /** Tabs of sign-ins, and where they are. */
  readonly tabs: Map<number, string>;
  readonly focusedTabs: number[];
  /** Whether the extension may see the address of its own tab at the return page. */
  tabsAllowed: boolean;
  /** A browser without `launchWebAuthFlow`. */
  windowless: boolean;
  /** A browser that keeps no keys (IndexedDB refused). */
  keyless: boolean;
  policy: Policy;
  /** Told when a tab is at an address the extension may see, and when a tab is gone. */
  onTab: (id: number, url: string) => void;
  onTabGone: (id: number) => void;
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
  closeTab(id: number): void;
}

export function createHost(options: HostOptions): Host {
  const locks = createLockManager();
  const closers = new Map<number, () => void>();
  let windowId = 100;
  let ids = 0;

  let launching = false;

  /** One window at a time, as Chromium has it; the flow outlives the background that asked for it. */
  async function launch(url: string): Promise<string> {
    if (host.windowless) throw new FxaError('unsupported', 'There is no launchWebAuthFlow.');
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

  /** A tab outlives the background, and can be seen only where it comes back. */
  function openTab(url: string): number {
    const id = ++windowId;
    host.tabs.set(id, '');
    host.person(url).then(
      (callback) => {
        if (!host.tabs.has(id)) return;
        host.tabs.set(id, callback);
        host.onTab(id, callback);
      },
      () => host.closeTab(id),
    );
    return id;
  }

  const host: Host = {
    local: new Map(),
    memory: new Map(),
    alarms: new Map(),
    windows: { open: [], focused: [], opened: 0 },
    tabs: new Map(),
    focusedTabs: [],
    tabsAllowed: false,
    windowless: false,
    keyless: false,
    policy: { sessionOnly: false, metricsOff: false },
    onTab: () => undefined,
    onTabGone: () => undefined,
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
    closeTab(id) {
      if (host.tabs.delete(id)) host.onTabGone(id);
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
          seal: (secret) =>
            alive('vault.seal', () => {
              if (host.keyless) throw new Error('A mutation operation was attempted on a database');
              return `sealed:${btoa(secret)}`;
            }),
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
        authTab: {
          ...(options.returnPage !== undefined && { redirectUri: options.returnPage }),
          allowed: () => alive('authTab.allowed', () => host.tabsAllowed),
          open: (url) => alive('authTab.open', () => openTab(url)),
          focus: (id) =>
            alive('authTab.focus', () => {
              if (host.tabs.has(id)) host.focusedTabs.push(id);
              return host.tabs.has(id);
            }),
          close: (id) => alive('authTab.close', () => host.closeTab(id)),
          look: (id) =>
            alive('authTab.look', () => {
              const url = host.tabs.get(id);
              return url === undefined ? undefined : url === '' ? {} : { url };
            }),
        },
        policy: () => alive('policy', () => host.policy),
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
