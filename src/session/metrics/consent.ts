// Decides whether metrics are allowed: counting, uploading, and every request made only for metrics.
import type { Policy } from '../policy.ts';
import type { StoredRecord } from '../state/record.ts';
import { baseState } from '../state/states.ts';

/**
 * What can block metrics. `no_companion`: the build has no companion to send to. `policy`: the browser's administrator.
 * `account`: the profile doesn't allow metrics, or the last one here didn't. `switch`: the setting in this extension.
 * `browser`: Firefox has no consent to technical and interaction data. `dnt_gpc`: the browser sends DNT or GPC.
 */
export const METRICS_BLOCKERS = [
  'no_companion',
  'policy',
  'account',
  'switch',
  'browser',
  'dnt_gpc',
] as const;
export type MetricsBlocker = (typeof METRICS_BLOCKERS)[number];

/** What the view depends on besides the record. */
export interface Environment {
  /** The origin of Mozilla accounts, where the account's settings are. */
  readonly issuer: string;
  readonly policy: Policy;
  /** Whether the user consented to technical and interaction data; undefined in browsers that don't ask. */
  readonly consent: boolean | undefined;
  /** Whether the build has a companion. */
  readonly companion: boolean;
  /** Whether the browser keeps keys for this extension; Firefox in permanent private browsing doesn't. */
  readonly keepsKeys: boolean;
  /** Whether the build has the return page that signing in in a tab needs. */
  readonly tab: boolean;
}

/**
 * Everything that blocks metrics; empty means allowed. A missing answer counts as no; a missing objection as none.
 * Pure.
 */
export function blockedBy(
  record: StoredRecord,
  { policy, consent, companion }: Environment,
): readonly MetricsBlocker[] {
  const blocks: Record<MetricsBlocker, boolean> = {
    no_companion: !companion,
    policy: policy.metricsOff,
    account: !accountAllows(record),
    switch: !switchedOn(record, consent),
    browser: consent === false,
    dnt_gpc: record.settings.dntGpc === true,
  };
  return METRICS_BLOCKERS.filter((what) => blocks[what]);
}

/** The local switch. Until it is set, it is on in Firefox, which asks for consent itself, and off elsewhere. Pure. */
export function switchedOn({ settings }: StoredRecord, consent: boolean | undefined): boolean {
  return settings.metrics ?? consent !== undefined;
}

/** FxA: a profile without `metricsEnabled` is a no. Before the first sign-in there is no account to ask. */
function accountAllows({ session, journal }: StoredRecord): boolean {
  const base = baseState(session);
  if (base.status === 'signedOut') {
    const never = base.endReason === undefined && !journal.some(({ to }) => to === 'signedIn');
    return never || base.metricsAllowed === true;
  }
  return base.account.profile?.metricsEnabled === true;
}
