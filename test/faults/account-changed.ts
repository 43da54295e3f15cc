// Another account signs in while a call runs, at each of the call's own calls: the call never gets the other account's
// data.
import { afterEach, describe, expect, it } from 'vitest';
import { newKeyRequest } from '../../src/fxa/scoped-keys.ts';
import type { KeyExchange } from '../../src/session/ports.ts';
import { createSession, type SessionService } from '../../src/session/index.ts';
import { trackGrants } from './grant-tracker.ts';
import { simulatedUser } from './simulated-user.ts';
import { ADA, LATER_MS, LIN } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

const KEY_SCOPE = 'https://identity.mozilla.com/apps/notes';
const SCOPE = 'openid profile profile:write';

export let harness: FaultHarness;

export const uidOf = (email: string) => harness.mock.store.accounts.byEmail(email)?.uid;
export const nameOf = (email: string) => harness.mock.store.accounts.byEmail(email)?.displayName;

/** Keys that name their account as plain strings; the last account to sign in is the one whose answer is opened. */
let signing = ADA;
const keys: KeyExchange = {
  newKeyRequest,
  openScopedKeys: () =>
    Promise.resolve({ [KEY_SCOPE]: { kty: 'oct', k: signing, kid: '1700000000-AAAAAAAAAAAAAAAAAAAAAA' } }),
  compareScopedKeys: () => 'same',
};

/** The call under test runs in one background, and what happens meanwhile in another. */
export async function createHarnesses(withKeys: boolean) {
  harness = createFaultHarness({ scope: SCOPE });
  harness.kill();
  signing = ADA;
  const start = () => {
    const { ports } = harness.host.start();
    const { metrics: _, ...config } = harness.config;
    return createSession(
      { ...ports, ...(withKeys && { keys }) },
      { ...config, ...(withKeys && { keyScopes: [KEY_SCOPE] }) },
    );
  };
  const [caller, other] = [start(), start()];
  await harness.time.until(other.signIn(), 'the first sign-in');
  expect(harness.view()?.status).toBe('signedIn');
  return { caller, other };
}

interface Subject {
  readonly name: string;
  readonly withKeys?: true;
  readonly prepare?: () => void;
  readonly call: (session: SessionService) => Promise<unknown>;
  /** What is wrong with the answer to a call that Ada began. */
  readonly wrong: (answer: unknown) => string | undefined;
  /** The call returns something that belongs to the account. */
  readonly gives?: true;
}

function tokenOf(answer: unknown): string | undefined {
  const { token, uid } = answer as { token: string; uid: string };
  const found = harness.mock.store.tokens.findAccessToken(token);
  if (found && found.uid !== uid) return 'the token is not of the account it is said to be of';
  return uid === uidOf(ADA) ? undefined : 'a token of another account';
}

const later = () => void (harness.host.skew = LATER_MS);

const SUBJECTS: readonly Subject[] = [
  {
    name: 'a token that is held',
    call: (session) => session.accessToken('profile'),
    wrong: tokenOf,
    gives: true,
  },
  {
    name: 'a token that has to be refreshed',
    prepare: later,
    call: (session) => session.accessToken('profile'),
    wrong: tokenOf,
    gives: true,
  },
  {
    name: 'a token in place of a refused one',
    call: (session) => session.accessToken('profile', harness.tokens().at(-1)?.token),
    wrong: tokenOf,
    gives: true,
  },
  {
    name: 'a key',
    withKeys: true,
    gives: true,
    call: (session) => session.scopedKey(KEY_SCOPE),
    wrong: (answer) => {
      const { key, uid } = answer as { key: { k: string }; uid: string };
      return key.k === ADA && uid === uidOf(ADA) ? undefined : 'a key of another account';
    },
  },
  {
    name: 'a new name, with a token that is refused first',
    prepare() {
      harness.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 401 }, times: 1 }]);
    },
    call: (session) => session.changeDisplayName('Countess'),
    wrong: () => (nameOf(LIN) === 'Countess' ? 'the name of another account is changed' : undefined),
  },
];

interface Meanwhile {
  readonly name: string;
  readonly happens: (other: SessionService) => Promise<unknown>;
  /** The only code the call may fail with; undefined: it may not fail. */
  readonly code: string | undefined;
  /** Whether the call must fail if all of this happened before it continued. */
  readonly must?: true;
}

export const signsIn = (email: string) => (other: SessionService) => {
  signing = email;
  harness.host.simulatedUser = simulatedUser(harness.mock, email);
  return other.signIn();
};

const MEANWHILE: readonly Meanwhile[] = [
  { name: 'another account signs in', happens: signsIn(LIN), code: 'account_changed', must: true },
  { name: 'the same account signs in anew', happens: signsIn(ADA), code: undefined },
  { name: 'the user signs out', happens: (other) => other.signOut(), code: 'signed_out', must: true },
  {
    name: 'another account signs in, and its session ends',
    async happens(other) {
      await signsIn(LIN)(other);
      harness.mock.store.disconnect(uidOf(LIN) ?? '', harness.config.clientId);
      await other.suspectEnd('password_changed');
    },
    code: 'account_changed',
    must: true,
  },
];

/** What happened before and after; undefined when the call made fewer calls of its own. */
async function cross(
  { call, wrong, prepare, withKeys, gives }: Subject,
  meanwhile: Meanwhile,
  point: number,
) {
  const { caller, other } = await createHarnesses(withKeys === true);
  prepare?.();
  const { host, time } = harness;
  const grantTracker = trackGrants(harness);
  let seen = 0;
  let go = () => {};
  let where: string | undefined;
  /** `bound`: the call had read the account before it was held. */
  const outcome: { end?: 'resolved' | 'rejected'; answer?: unknown; bound?: true } = {};
  host.hold = async (held) => {
    if (held.context !== 2) return;
    const nth = seen++;
    if (nth < point && held.call === 'local.get record') outcome.bound = true;
    if (nth !== point) return;
    where = `${held.call}${held.way === 'back' ? ', its answer' : ''}`;
    await new Promise<void>((resolve) => (go = resolve));
  };
  const done = call(caller).then(
    (answer) => Object.assign(outcome, { end: 'resolved', answer }),
    (answer: unknown) => Object.assign(outcome, { end: 'rejected', answer }),
  );
  await time.quiet();
  // Cleanup afterwards is not part of the call.
  if (where === undefined || outcome.end !== undefined) return undefined;
  // Work waiting for a lock of the held call continues when it is released.
  const happened = { already: false };
  const happening = meanwhile.happens(other).then(() => (happened.already = true));
  await time.quiet();
  const before = happened.already;
  go();
  await time.until(Promise.all([done, happening]), 'both');
  await time.until(other.runMaintenance(), 'the end');

  const found: string[] = [];
  const { end, answer, bound } = outcome as { end?: string; answer?: unknown; bound?: true };
  const code = (answer as { code?: string } | undefined)?.code;
  if (end === 'rejected' && code !== meanwhile.code && bound) found.push(`it failed with ${String(code)}`);
  // Before the record is read, the call has no account yet; at the last call everything is decided.
  if (end === 'resolved' && bound) {
    const what = wrong(answer);
    if (what !== undefined) found.push(what);
    if (before && meanwhile.must && gives) found.push('it went on as if nothing had happened');
  }
  const lost = [
    ...grantTracker.lostTokens(),
    ...grantTracker.forgottenTokens(),
    ...grantTracker.forgottenGrants(),
  ];
  if (lost.length > 0) found.push(`${lost.length} live tokens or grants are not known`);
  for (const report of host.reports) found.push(`reported: ${String(report)}`);
  return found.map((what) => `${meanwhile.name}, at ${point} (${where}): ${what}`);
}

/** One test per subject and event, at every second, third … moment; stops the harness after each test of the file. */
export function proveAtMoments(every: number): void {
  afterEach(() => harness.stop());
  describe.each(SUBJECTS)('$name', (subject) => {
    it.each(MEANWHILE)('when $name, at any moment', { timeout: 120_000 }, async (meanwhile) => {
      const violations: string[] = [];
      let points = 0;
      for (; ; points += every) {
        const found = await cross(subject, meanwhile, points);
        harness.stop();
        if (!found) break;
        violations.push(...found);
      }
      expect(violations).toEqual([]);
      expect(points).toBeGreaterThan(2);
    });
  });
}
