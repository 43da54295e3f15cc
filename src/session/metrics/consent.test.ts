// The truth table of consent: metrics are allowed in one case of all, and every missing consent is named.
import { describe, expect, it } from 'vitest';
import { emptyRecord, type StoredRecord } from '../state/record.ts';
import type { Session } from '../state/states.ts';
import { METRICS_BLOCKERS, blockedBy, switchedOn, type MetricsBlocker, type Environment } from './consent.ts';

const grant = { refreshTokenId: 'x', scope: 'profile' };
const profile = (metricsEnabled?: boolean) => ({
  subject: 'u',
  profile: { uid: 'u', ...(metricsEnabled !== undefined && { metricsEnabled }) },
});
const live = (account: { subject: string }): Session => ({
  status: 'signedIn',
  id: 's',
  since: 1,
  account,
  grant,
});
const needsReauth = (account: { subject: string }): Session => ({
  status: 'needsReauth',
  account,
  endReason: { code: 'reauth_required', at: 1 },
});
const attempt = { id: 'a', startedAt: 1, phase: 'window', via: 'window' } as const;
const onTop = (previous: Session): Session =>
  previous.status === 'signingIn' ? previous : { status: 'signingIn', attempt, previous };

const left = { code: 'signed_out', at: 1 } as const;
const WILLING: readonly Session[] = [
  { status: 'signedOut' },
  { status: 'signedOut', endReason: left, metricsAllowed: true },
  live(profile(true)),
  needsReauth(profile(true)),
];
const UNWILLING: readonly Session[] = [
  // Also as left by earlier versions.
  { status: 'signedOut', endReason: left },
  ...[profile(false), profile(), { subject: 'u' }].flatMap((account) => [
    live(account),
    needsReauth(account),
  ]),
];

/** What `blockedBy` says with exactly these blockers, and the switch set. */
function blockedWith(against: readonly MetricsBlocker[], session: Session, firefox: boolean) {
  const is = (what: MetricsBlocker) => against.includes(what);
  const settings = {
    sessionOnly: false,
    metrics: !is('switch'),
    ...(is('dnt_gpc') && { dntGpc: true }),
  };
  const record = { ...emptyRecord('d'), session, settings } as StoredRecord;
  const environment: Environment = {
    issuer: '',
    policy: { sessionOnly: false, metricsOff: is('policy') },
    consent: firefox ? !is('browser') : undefined,
    companion: !is('no_companion'),
    keepsKeys: true,
    tab: true,
  };
  return blockedBy(record, environment);
}

const combinations = Array.from({ length: 2 ** METRICS_BLOCKERS.length }, (_, bits) =>
  METRICS_BLOCKERS.filter((_what, place) => (bits >> place) & 1),
);

describe('blockedBy', () => {
  it.each(combinations.map((against) => [against.join(', ') || 'nothing', against] as const))(
    'names exactly the blockers: %s',
    (_name, against) => {
      const sessions = against.includes('account') ? UNWILLING : WILLING;
      for (const session of [...sessions, ...sessions.map(onTop)]) {
        expect(blockedWith(against, session, true)).toEqual(against);
        if (!against.includes('browser')) expect(blockedWith(against, session, false)).toEqual(against);
      }
    },
  );

  it('allows metrics in only one of 64 combinations', () => {
    const allowed = combinations.filter(
      (against) => blockedWith(against, live(profile(!against.includes('account'))), true).length === 0,
    );
    expect([combinations.length, allowed]).toEqual([64, [[]]]);
  });
});

it.each([
  // the setting, the browser's consent, on
  [undefined, undefined, false],
  [undefined, true, true],
  // Without the browser's consent the blocker is `browser`; the switch stays on.
  [undefined, false, true],
  [true, undefined, true],
  [true, false, true],
  [false, undefined, false],
  [false, true, false],
])('with the switch set to %s and the browser’s consent %s, metrics are on: %s', (metrics, consent, on) => {
  const settings = { sessionOnly: false, ...(metrics !== undefined && { metrics }) };
  expect(switchedOn({ ...emptyRecord('d'), settings }, consent)).toBe(on);
});

it('treats a former session without a stored choice as an opt-out', () => {
  const record = (to: 'signedIn' | 'signedOut') => ({
    ...emptyRecord('d'),
    journal: [{ at: 1, from: 'signingIn', to, why: 'sign_in' } as const],
    settings: { sessionOnly: false, metrics: true },
  });
  const around = { issuer: '', policy: { sessionOnly: false, metricsOff: false }, companion: true };
  const environment = { ...around, consent: undefined, keepsKeys: true, tab: true };
  expect(blockedBy(record('signedIn'), environment)).toEqual(['account']);
  expect(blockedBy(record('signedOut'), environment)).toEqual([]);
});
