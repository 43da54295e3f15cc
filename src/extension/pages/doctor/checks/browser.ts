// Checks what the browser provides: storage, permissions, a window for web sign-in.
import type { Check, Finding, Name } from '../findings.ts';
import type { Examine, ProbedArea, CheckContext } from '../check-context.ts';

type BrowserCheck = Extract<Check, 'storage' | 'keys' | 'permissions' | 'private' | 'redirect' | 'window'>;
type Found = Omit<Finding, 'check'>;

const PROBE = 'doctorProbe';
/** Fraction of the quota of `storage.local`. */
const NEARLY_FULL = 80;

const REQUIRED = ['identity', 'storage', 'alarms'] as const;

export const BROWSER_CHECKS: Record<BrowserCheck, Examine> = {
  storage: async ({ local, session }) => {
    const refused: Name[] = [];
    if (!(await takes(local))) refused.push('local');
    if (!(await takes(session))) refused.push('session');
    if (refused.length > 0) return { code: 'storageRefuses', names: refused };
    const usage = await local.usage();
    const used = usage?.used ?? 0;
    const percent = usage && usage.limit > 0 ? Math.round((100 * used) / usage.limit) : 0;
    if (percent >= NEARLY_FULL) return { code: 'storageNearlyFull', values: { percent } };
    return { code: 'storageWorks', values: { kB: Math.ceil(used / 1000) } };
  },

  keys: async ({ keepsKeys }) => ({ code: (await keepsKeys()) ? 'keysKept' : 'keysNotKept' }),

  permissions: async (context) => {
    const { permissions, origins, dataCollection = [] } = await context.granted();
    const missing = REQUIRED.filter((name) => !permissions.includes(name));
    if (missing.length > 0) return { code: 'permissionsMissing', names: missing };
    const also: Name[] = [];
    if (permissions.includes('notifications')) also.push('notifications');
    if (seesReturnPage(context, origins)) also.push('returnPage');
    if (dataCollection.includes('technicalAndInteraction')) also.push('technicalAndInteraction');
    return also.length > 0 ? { code: 'permissionsAlso', names: also } : { code: 'permissionsGranted' };
  },

  private: async ({ privateWindows }) => {
    const allowed = await privateWindows();
    if (allowed === undefined) return { code: 'privateUnknown' };
    return { code: allowed ? 'privateAllowed' : 'privateNotAllowed' };
  },

  redirect: ({ redirectUri, registered }) => {
    const actual = redirectUri();
    const known = actual !== undefined && registered !== undefined;
    const code = !known ? 'redirectUnknown' : actual === registered ? 'redirectAsBuilt' : 'redirectDiffers';
    return Promise.resolve<Found>({ code });
  },

  window: ({ hasAuthWindow, build }) => {
    const without = build.returnPage === undefined ? 'windowMissing' : 'windowTabOnly';
    return Promise.resolve<Found>({ code: hasAuthWindow() ? 'windowThere' : without });
  },
};

/** Writes, reads and removes an item; any error counts as refused. */
async function takes(area: ProbedArea): Promise<boolean> {
  const value = String(Math.random());
  try {
    await area.set(PROBE, value);
    const same = (await area.get(PROBE)) === value;
    await area.remove(PROBE);
    return same && (await area.get(PROBE)) === undefined;
  } catch {
    return false;
  }
}

/** Compares hosts only: granted patterns have no port, and their path is ignored. */
function seesReturnPage({ build }: CheckContext, origins: readonly string[]): boolean {
  if (build.returnPage === undefined) return false;
  const { protocol, hostname } = new URL(build.returnPage);
  return origins.some((pattern) => pattern.startsWith(`${protocol}//${hostname}/`));
}
