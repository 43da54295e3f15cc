// The report contains only allowed values: junk in any place never appears in it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRICS_BLOCKERS } from '../../../session/metrics/consent.ts';
import { transitionReason } from '../../../session/state/transition.ts';
import { reportText, type Facts } from './report.ts';
import { BUILD, NOW } from './testing.ts';

const FACTS = {
  at: NOW,
  version: '0.1.0',
  build: { ...BUILD, keyScopes: ['https://identity.mozilla.com/apps/notes'] },
  otherServer: false,
  browser: { name: 'Firefox', version: '153.7.0esr' },
  platform: 'linux',
  findings: [
    { check: 'redirect', code: 'redirectAsBuilt' },
    { check: 'storage', code: 'storageRefuses', names: ['local', 'canary'] },
    { check: 'accounts', code: 'serverSlow', values: { ms: 3210, canary: 5 } },
  ],
  view: {
    version: 4,
    status: 'needsReauth',
    account: {
      uid: 'canary-uid',
      email: 'canary@example.com',
      displayName: 'Canary',
      avatar: 'https://canary.example/a',
      metricsEnabled: true,
      subscriptions: ['canary'],
      profilePending: true,
    },
    problem: { code: 'rate_limited', reason: 'refused', retryAfter: 30, at: NOW, message: 'canary' },
    endReason: { code: 'reauth_required', reason: 'password_changed', at: NOW },
    sessionOnly: 'chosen',
    inTab: true,
    emailDomain: 'canary.example',
    pendingRevocations: 2,
    heldRevocations: 3,
    metrics: { on: true, blockedBy: ['account'] },
    issuer: 'https://canary.example',
  },
  journal: Array.from({ length: 12 }, (_, i) => ({
    at: NOW + i * 60_000,
    from: 'signedIn',
    to: 'needsReauth',
    why: i === 11 ? 'canary' : 'grant_revoked',
  })),
  metrics: { pending: [{ name: 'canary', day: '2026-11-21', count: 3 }], sent: [] },
};

describe('a report', () => {
  const report = JSON.parse(reportText(FACTS)) as Record<string, unknown>;

  it('shows the current state', () => {
    expect(report).toMatchObject({
      at: '2026-11-21T12:00Z',
      version: '0.1.0',
      build: {
        environment: 'stage',
        accounts: 'https://accounts.example',
        companion: 'https://companion.example',
        returnPage: true,
        keyScopes: 1,
      },
      otherServer: false,
      browser: { name: 'Firefox', version: '153' },
      platform: 'linux',
      state: {
        status: 'needsReauth',
        problem: { code: 'rate_limited', reason: 'refused', retryAfter: 30, at: '2026-11-21T12:00Z' },
        endReason: { reason: 'password_changed' },
        awaitsProfile: true,
        pendingRevocations: 2,
        heldRevocations: 3,
      },
      settings: { sessionOnly: 'chosen', inTab: true, metrics: true, metricsBlockedBy: ['account'] },
      metrics: { waiting: 1, sent: 0 },
      findings: [
        { check: 'redirect', verdict: 'fine', code: 'redirectAsBuilt' },
        { check: 'storage', verdict: 'broken', names: ['local'] },
        { check: 'accounts', verdict: 'look', code: 'serverSlow', ms: 3210 },
      ],
    });
  });

  it('has the last ten changes, with their known values', () => {
    const journal = report.journal as object[];
    expect(journal).toHaveLength(10);
    expect(journal.at(-2)).toEqual({
      at: '2026-11-21T12:10Z',
      from: 'signedIn',
      to: 'needsReauth',
      why: 'grant_revoked',
    });
    expect(journal.at(-1)).not.toHaveProperty('why');
  });

  it('contains nothing that identifies the user', () => {
    expect(reportText(FACTS).toLowerCase()).not.toContain('canary');
    expect(reportText(FACTS)).not.toContain(BUILD.clientId);
  });

  it('contains every reason that the session writes', () => {
    const signedOut = { status: 'signedOut' } as const;
    const at = NOW;
    const problem = { code: 'offline', at } as const;
    const journal = [
      transitionReason({ type: 'signedOut', reason: 'by_user', at }, signedOut),
      transitionReason({ type: 'grantRejected', sessionId: '', at }, signedOut),
      transitionReason({ type: 'signInFailed', attemptId: '', attemptError: problem }, signedOut),
      transitionReason({ type: 'signInStarted', attempt: {} as never }, signedOut),
      'reset',
      'revocations_too_old',
    ].map((why) => ({ why }));
    const all = { ...FACTS, journal, view: { metrics: { blockedBy: [...METRICS_BLOCKERS] } } };
    expect(JSON.parse(reportText(all))).toMatchObject({
      journal,
      settings: { metricsBlockedBy: [...METRICS_BLOCKERS] },
    });
  });
});

describe('arbitrary data in storage', () => {
  const CANARY = 'cAnArY';
  const canary = fc.string().map((around) => `${around.slice(0, 3)}${CANARY}${around.slice(3)}`);
  /** Any JSON whose texts and member names are secrets, with times and numbers of any size. */
  const junk: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      canary,
      fc.constantFrom(null, true, false, 0, -1, 1.5, NOW, 1e300, undefined),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(canary, tie('value'), { maxKeys: 3 }),
    ),
  })).value;

  /** The places where a value can be put, starting with the browser's facts. */
  function placesOf(value: unknown, at: readonly string[] = []): (readonly string[])[] {
    if (typeof value !== 'object' || value === null) return [at];
    return [at, ...Object.entries(value).flatMap(([name, below]) => placesOf(below, [...at, name]))];
  }
  const fromTheBuild = (place: readonly string[]) => place.length === 0 || place[0] === 'build';
  const places = placesOf(FACTS).filter((place) => !fromTheBuild(place));

  function put(into: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
    if (name === undefined) return value;
    const copy: Record<string, unknown> = Array.isArray(into)
      ? (into.slice() as unknown as Record<string, unknown>)
      : { ...(into as object) };
    // Members below a replaced value are gone.
    if (rest.length > 0 && (typeof copy[name] !== 'object' || copy[name] === null)) return into;
    copy[name] = put(copy[name], rest, value);
    return copy;
  }

  it('does not appear', () => {
    const somewhere = fc.array(fc.tuple(fc.constantFrom(...places), junk), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(somewhere, (changes) => {
        const facts = changes.reduce<unknown>((into, [place, value]) => put(into, place, value), FACTS);
        const text = reportText(facts as Facts);
        expect(text.toLowerCase()).not.toContain(CANARY.toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });

  it('does not appear from any single place', () => {
    for (const place of places) {
      const facts = put(FACTS, place, `a${CANARY}@example.com`) as Facts;
      const text = reportText(facts);
      expect([place, text.includes(CANARY)]).toEqual([place, false]);
    }
    expect(places.length).toBeGreaterThan(100);
  });
});
