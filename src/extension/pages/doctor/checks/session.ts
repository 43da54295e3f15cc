// Checks the extension itself: its background, stored data, alarms, policies and metrics.
import type { MetricsBlocker } from '../../../../session/metrics/consent.ts';
import { POLICIES, VIEW_VERSION } from '../../../../session/constants.ts';
import { ALARMS, LOCAL, MEMORY } from '../../../../session/state/storage-items.ts';
import type { View } from '../../../../session/state/view.ts';
import { known, type Check, type Finding } from '../findings.ts';
import type { Examine, CheckContext } from '../check-context.ts';

type SessionCheck = Extract<Check, 'background' | 'record' | 'alarms' | 'refusals' | 'policy' | 'metrics'>;

/** Milliseconds, including a start of the background. */
const SLOW = 3000;
const PATIENCE = 8000;
/** Milliseconds. Alarms may be late after the machine slept. */
const LATE = 15 * 60_000;

/** Milliseconds. Older rejections are ignored, since the service may have been fixed. */
const RECENT = 10 * 60_000;

/** The alarms of a signed-in user, by their names on the page. */
const EXPECTED_ALARMS = { renewal: ALARMS.refresh, companion: ALARMS.companion } as const;

export const SESSION_CHECKS: Record<SessionCheck, Examine> = {
  background: async ({ wake, stopwatch }) => {
    const start = stopwatch();
    const timeOut = new Promise<'late'>((resolve) => setTimeout(resolve, PATIENCE, 'late'));
    const answered = await Promise.race([
      wake().then(
        () => 'answered',
        () => 'silent',
      ),
      timeOut,
    ]);
    if (answered !== 'answered') return { code: 'backgroundSilent' };
    const ms = Math.round(stopwatch() - start);
    return { code: ms > SLOW ? 'backgroundSlow' : 'backgroundAnswers', values: { ms } };
  },

  record: async (context) => {
    const view = await viewOf(context);
    if (!view) return { code: 'recordAbsent' };
    const code = view.problem?.code;
    if (code === 'storage_newer') return { code: 'recordNewer' };
    if (code === 'storage_corrupt') return { code: 'recordCorrupt' };
    return { code: view.version === VIEW_VERSION ? 'recordReadable' : 'recordOtherVersion' };
  },

  alarms: async (context) => {
    const view = await viewOf(context);
    if (view?.status !== 'signedIn') return { code: 'alarmsNone' };
    const expected = (['renewal', 'companion'] as const).filter(
      (name) => name !== 'companion' || context.build.companion !== undefined,
    );
    const alarms = await context.alarms();
    const of = (name: keyof typeof EXPECTED_ALARMS) =>
      alarms.find((alarm) => alarm.name === EXPECTED_ALARMS[name]);
    const missing = expected.filter((name) => !of(name));
    if (missing.length > 0) return { code: 'alarmsMissing', names: missing };
    const late = expected.filter((name) => context.now() - (of(name)?.at ?? 0) > LATE);
    if (late.length > 0) return { code: 'alarmsLate', names: late };
    const next = Math.min(...expected.map((name) => of(name)?.at ?? Infinity)) - context.now();
    return { code: 'alarmsSet', values: { seconds: Math.max(0, Math.round(next / 1000)) }, names: expected };
  },

  refusals: async ({ session, now }) => {
    const limits: unknown = await session.get(MEMORY.tokenLimits);
    const recent = Object.values(limits ?? {}).filter((limit: unknown) => {
      const { open, at } = (limit ?? {}) as { open?: unknown; at?: unknown };
      return open === true && typeof at === 'number' && Math.abs(now() - at) < RECENT;
    });
    return recent.length > 0
      ? { code: 'refusalsMany', values: { count: recent.length } }
      : { code: 'refusalsNone' };
  },

  policy: async ({ policies }) => {
    const set = await policies();
    if (set.length === 0) return { code: 'policyNone' };
    const ignored = set.filter((name) => !POLICIES.some((known) => known === name)).length;
    if (ignored > 0) return { code: 'policyIgnored', values: { count: ignored } };
    return { code: 'policySet', names: known(set) };
  },

  metrics: async (context): Promise<Omit<Finding, 'check'>> => {
    const view = await viewOf(context);
    // Without a view, the account's consent is unknown, so nothing is sent.
    const stored = view?.metrics?.blockedBy;
    const blockedBy = Array.isArray(stored) ? (stored as readonly MetricsBlocker[]) : (['account'] as const);
    return blockedBy.length === 0
      ? { code: 'metricsOpen' }
      : { code: 'metricsClosed', names: known(blockedBy) };
  },
};

/** The stored view if it is valid; it may be damaged or from another version. */
async function viewOf({ stored }: CheckContext): Promise<Partial<View> | undefined> {
  const view = await stored(LOCAL.view);
  return typeof view === 'object' && view !== null ? view : undefined;
}
