// The browser APIs and storage items that the doctor page uses.
import { LOCAL } from '../../../session/state/storage-items.ts';
import { browser } from '../api.ts';
import { call } from '../messaging.ts';

/** Read-only, except for probing storage. */
export const doctorPorts = {
  /** Milliseconds since the epoch, by this machine's clock. */
  now: () => Date.now(),
  /** Monotonic milliseconds. */
  stopwatch: () => performance.now(),
  fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
  local: area(browser.storage.local),
  session: area(browser.storage.session),
  /** The contents of `storage.local`, not validated. */
  stored: async (key: typeof LOCAL.view): Promise<unknown> => (await browser.storage.local.get(key))[key],
  /** Sends the background a command, and resolves when it answers. */
  wake: () => call('wake'),
  /** Whether the background can store keys; a page in a private window may see another result. */
  keepsKeys: () => call('keepsKeys'),
  /** Undefined in browsers without web sign-in. */
  redirectUri: () => identity()?.getRedirectURL?.(),
  hasAuthWindow: () => typeof identity()?.launchWebAuthFlow === 'function',
  /** `dataCollection`: Firefox only. */
  granted: async () => {
    const { permissions = [], origins = [], ...more } = await browser.permissions.getAll();
    const { data_collection: dataCollection } = more as { data_collection?: readonly string[] };
    return { permissions, origins, ...(dataCollection && { dataCollection }) };
  },
  /** `at` in milliseconds. */
  alarms: async () =>
    (await browser.alarms.getAll()).map(({ name, scheduledTime }) => ({ name, at: scheduledTime })),
  /** The names of the policies that are set. */
  policies: async () => {
    try {
      return Object.keys(await browser.storage.managed.get());
    } catch {
      // Firefox rejects when there is no policy.
      return [];
    }
  },
  /** Undefined if the browser does not report it. */
  privateWindows: async (): Promise<boolean | undefined> => {
    const { extension } = browser as { extension?: typeof browser.extension };
    return extension?.isAllowedIncognitoAccess();
  },
};

/** The contents of a report (pages/doctor/report.ts), except build and findings. */
export async function reportFacts() {
  const [stored, { os }, agent] = await Promise.all([
    readLocal([LOCAL.view, LOCAL.journal, LOCAL.metrics]),
    browser.runtime.getPlatformInfo(),
    agentInfo(),
  ]);
  return {
    at: Date.now(),
    version: browser.runtime.getManifest().version,
    browser: agent,
    platform: os,
    view: stored[LOCAL.view],
    journal: stored[LOCAL.journal],
    metrics: stored[LOCAL.metrics],
  };
}

/** The stored server config, not validated. */
export async function storedServerConfig(): Promise<unknown> {
  return (await readLocal([LOCAL.server]))[LOCAL.server];
}

/** Empty if the browser refuses; a check reports that. */
async function readLocal(keys: string[]): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await browser.storage.local.get(keys);
  } catch {
    return {};
  }
}

/** Missing in some browsers, despite the types. */
function identity(): Partial<typeof browser.identity> | undefined {
  return browser.identity;
}

async function agentInfo(): Promise<{ name: string; version: string | undefined }> {
  const { getBrowserInfo } = browser.runtime as Partial<typeof browser.runtime>;
  if (getBrowserInfo) {
    const { name, version } = await getBrowserInfo();
    return { name, version };
  }
  const [, version] = /Chrom(?:e|ium)\/(\d+)/.exec(navigator.userAgent) ?? [];
  const [, other] = /\b(Edg|OPR)\//.exec(navigator.userAgent) ?? [];
  return { name: other === 'Edg' ? 'Edge' : other === 'OPR' ? 'Opera' : 'Chromium', version };
}

type Storage = Pick<typeof browser.storage.local, 'get' | 'set' | 'remove'> & {
  QUOTA_BYTES?: number;
  getBytesInUse?: (keys: null) => Promise<number>;
};

function area(storage: Storage) {
  return {
    get: async (key: string): Promise<unknown> => (await storage.get(key))[key],
    set: (key: string, value: string) => storage.set({ [key]: value }),
    remove: (key: string) => storage.remove(key),
    /** Bytes in use and bytes available; undefined if the browser does not report them. */
    usage: async () => {
      if (!storage.getBytesInUse) return undefined;
      return { used: await storage.getBytesInUse(null), limit: storage.QUOTA_BYTES ?? 0 };
    },
  };
}
