// The one gate of metrics: whether anything about this person may be counted, sent, or asked for the sake of counting.
import type { Policy } from '../policy.ts';
import type { StoredRecord } from '../state/record.ts';
import { baseState } from '../state/states.ts';

/**
 * What keeps the gate closed. `nowhere`: the build has no companion to send to. `policy`: whoever administers the browser.
 * `account`: the profile does not say that metrics are enabled, or the last one here did not. `switch`: the person's choice here.
 * `browser`: Firefox has no consent to technical and interaction data. `objection`: the browser sends DNT or GPC.
 */
export const METRICS_BLOCKERS = ['nowhere', 'policy', 'account', 'switch', 'browser', 'objection'] as const;
export type MetricsBlocker = (typeof METRICS_BLOCKERS)[number];

/** What the view depends on and the record does not hold. */
export interface Environment {
  /** The origin of the Mozilla accounts this is about: the person's own settings are there. */
  readonly issuer: string;
  readonly policy: Policy;
  /** Whether the browser has the person's consent to technical and interaction data; undefined where it knows no such thing. */
  readonly consent: boolean | undefined;
  /** Whether there is a companion. */
  readonly companion: boolean;
  /** Whether the browser keeps keys for this extension; Firefox that is always private does not. */
  readonly keepsKeys: boolean;
  /** Whether there is a return page, without which nobody can sign in in a tab. */
  readonly tab: boolean;
}

/** All that is against it; nothing means open. A missing answer is a no, but for the objection, which has to be made. Pure. */
export function blockedBy(
  record: StoredRecord,
  { policy, consent, companion }: Environment,
): readonly MetricsBlocker[] {
  const closed: Record<MetricsBlocker, boolean> = {
    nowhere: !companion,
    policy: policy.metricsOff,
    account: !accountAllows(record),
    switch: !switchedOn(record, consent),
    browser: consent === false,
    objection: record.settings.objection === true,
  };
  return METRICS_BLOCKERS.filter((what) => closed[what]);
}

/** The local switch. Until the person chooses, Firefox's own question stands for it; elsewhere it is off. Pure. */
export function switchedOn({ settings }: StoredRecord, consent: boolean | undefined): boolean {
  return settings.metrics ?? consent !== undefined;
}

/** FxA: a profile without `metricsEnabled` is a no. Nobody's word is asked for before somebody has signed in. */
function accountAllows({ session, journal }: StoredRecord): boolean {
  const base = baseState(session);
  if (base.status === 'signedOut') {
    const never = base.ended === undefined && !journal.some(({ to }) => to === 'signedIn');
    return never || base.metricsAllowed === true;
  }
  return base.account.profile?.metricsEnabled === true;
}
