// A browser for tests: several contexts of one extension over one storage, windows that a test drives, and sudden
// death.
import { FxaError } from '../../src/fxa/errors.ts';
import type { Area, Ports } from '../../src/session/ports.ts';
import type { Host, HostOptions } from './host-types.ts';
import { createLockManager } from './locks.ts';
import { testSignal } from './test-signal.ts';

export type { Held, Host, HostOptions, SimulatedUser } from './host-types.ts';

const unused = () => Promise.reject(new Error('The test has not said what happens then.'));

export function createHost(options: HostOptions = {}): Host {
  const locks = createLockManager();
  const closers = new Map<number, () => void>();
  // All contexts die when the test times out.
  const signal = options.signal ?? testSignal();
  let windowId = 100;
  let contexts = 0;

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
        host.simulatedUser(url).then(resolve, close);
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
    host.simulatedUser(url).then(
      (callback) => {
        if (!host.tabs.has(id)) return;
        host.tabs.set(id, callback);
        host.onTab(id, callback);
      },
      () => host.closeTab(id),
    );
    return id;
  }

  const refuseWhereKeyless = () => {
    if (host.keyless) throw new Error('A mutation operation was attempted on a database');
  };

  const host: Host = {
    local: new Map(),
    memory: new Map(),
    backup: [],
    alarms: new Map(),
    windows: { open: [], focused: [], opened: 0 },
    tabs: new Map(),
    focusedTabs: [],
    tabsAllowed: false,
    windowless: false,
    keyless: false,
    policy: { sessionOnly: false, metricsOff: false },
    consent: undefined,
    onTab: () => undefined,
    onTabGone: () => undefined,
    answered: Promise.resolve(),
    onWindow: () => undefined,
    onWindowGone: () => undefined,
    onCall: () => undefined,
    hold: undefined,
    refuse: () => undefined,
    reports: [],
    ids: 0,
    skew: 0,
    simulatedUser: options.simulatedUser ?? unused,
    fetch: options.fetch ?? unused,
    closeWindow(id) {
      closers.get(id)?.();
    },
    closeTab(id) {
      if (host.tabs.delete(id)) host.onTabGone(id);
    },
    start() {
      const context = {};
      const number = ++contexts;
      let killed = false;
      const dead = () => killed || signal.aborted;
      /** A dead context gets no answers any more: whatever it awaits never settles. */
      const alive = <T>(call: string, work: () => T | Promise<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          // Storage is structured-cloned and asynchronous in a browser; so is everything here.
          const run = async () => {
            if (dead()) return;
            await host.hold?.({ context: number, call, way: 'out' });
            if (dead()) return;
            host.onCall('before', call);
            if (dead()) return;
            try {
              host.refuse(call);
              const value = await work();
              if (call.startsWith('fetch ')) await host.hold?.({ context: number, call, way: 'back' });
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
        now: () => (options.now ?? Date.now)() + host.skew,
        newId: () => `id-${++host.ids}`,
        random: options.random ?? (() => 0.5),
        fetch: (...request) =>
          orAborted(
            alive(`fetch ${new URL(String(request[0])).pathname}`, () => host.fetch(...request)),
            request[1]?.signal,
          ),
        local: area('local', host.local),
        memory: area('memory', host.memory),
        vault: {
          seal: (secret) =>
            alive('vault.seal', () => {
              refuseWhereKeyless();
              return `sealed:${btoa(secret)}`;
            }),
          open: (sealed) =>
            alive('vault.open', () => (sealed.startsWith('sealed:') ? atob(sealed.slice(7)) : undefined)),
        },
        grantBackup: {
          read: () =>
            alive('grantBackup.read', () => {
              refuseWhereKeyless();
              return structuredClone(host.backup);
            }),
          change: (next) =>
            alive('grantBackup.change', () => {
              refuseWhereKeyless();
              host.backup = structuredClone(next(host.backup));
            }),
        },
        locks: locks.locksFor(context),
        authWindow: {
          redirectUri: options.redirectUri ?? '',
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
              return url === undefined ? undefined : url === '' || !host.tabsAllowed ? {} : { url };
            }),
        },
        policy: () => alive('policy', () => host.policy),
        consent: () => alive('consent', () => host.consent),
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

/** As `fetch` does: aborting rejects at once, before or during the answer. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DOMException('aborted', 'AbortError'));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    work.then(resolve, reject);
  });
}
