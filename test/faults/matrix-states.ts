// The states in which a fault can occur, and how each request is triggered there.
import { isFxaError, type FxaErrorCode } from '../../src/fxa/errors.ts';
import { emptyRecord } from '../../src/session/state/record.ts';
import { baseState as settledState } from '../../src/session/state/states.ts';
import { projectView } from '../../src/session/state/view.ts';
import type { MatrixCall } from './matrix-faults.ts';
import { inFront, LATER_MS, LIN, needsReauth, sessionOnly, signedIn, tamper } from './steps.ts';
import { CLIENT, ORIGIN, environmentOf, type FaultHarness } from './harness.ts';

export type Base =
  | 'signedOut'
  | 'signedIn'
  | 'signedIn, stale token'
  | 'signedIn until the browser ends'
  | 'needsReauth';

export const BASES: readonly Base[] = [
  'signedOut',
  'signedIn',
  'signedIn, stale token',
  'signedIn until the browser ends',
  'needsReauth',
];

export const isLive = (base: Base) => base.startsWith('signedIn');

const MAKE: Readonly<Record<Base, (harness: FaultHarness) => Promise<unknown>>> = {
  signedOut: () => Promise.resolve(),
  signedIn,
  async 'signedIn, stale token'(harness) {
    await signedIn(harness);
    harness.time.advance(LATER_MS);
  },
  'signedIn until the browser ends': sessionOnly,
  needsReauth,
};

/** How to trigger a request. `over`: whether it can happen during another sign-in. */
export interface CallRule {
  readonly bases: readonly Base[];
  readonly over: boolean;
  readonly scope?: string;
  readonly prepare?: (harness: FaultHarness) => void;
  /** Triggers the request, and resolves with the code it ended with. */
  readonly act: (harness: FaultHarness) => Promise<FxaErrorCode | undefined>;
}

export const LIVE = BASES.filter(isLive);

/** What is stored besides the state: of the last attempt, or of the session. */
const problemCode = (harness: FaultHarness) => {
  const session = harness.record()?.session;
  const base = session && settledState(session);
  return (base?.status === 'signedIn' ? base.profileError : undefined)?.code ?? base?.attemptError?.code;
};

async function codeOf(work: Promise<unknown>): Promise<FxaErrorCode | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isFxaError(error)) return error.code;
    throw error;
  }
}

const attempt: CallRule = {
  bases: BASES,
  over: false,
  async act(harness) {
    await harness.session.signIn();
    return problemCode(harness);
  },
};

/** A grant left by an earlier session, of another account: one of the same account might be held back. */
function leave(harness: FaultHarness): void {
  const account = harness.mock.store.accounts.byEmail(LIN)?.uid ?? '';
  const { token, item } = harness.mock.store.tokens.addRefreshToken({
    clientId: CLIENT,
    uid: account,
    scope: 'profile',
  });
  const since = harness.time.now();
  // There only the token revokes it, sealed as the host does.
  const byToken = harness.era === 'next' && { account, revokedByToken: { sealed: `sealed:${btoa(token)}` } };
  const plan = { issuer: ORIGIN, since, attempts: 0, notBefore: 0 };
  const entry = { refreshTokenId: item.id, ...byToken, ...plan };
  tamper(harness, (record) => ({ ...record, outbox: [...record.outbox, entry] }));
  const record = harness.record();
  if (record) harness.host.local.set('view', structuredClone(projectView(record, environmentOf(harness))));
}

export const CALLS: Readonly<Record<MatrixCall, CallRule>> = {
  discovery: attempt,
  reachability: attempt,
  exchange: attempt,
  // Cached keys wouldn't be requested.
  jwks: { ...attempt, prepare: (harness) => void harness.host.memory.delete('keySet') },
  'first profile': attempt,
  refresh: {
    bases: BASES,
    over: true,
    act: (harness) => codeOf(harness.session.accessToken('profile', harness.tokens().at(-1)?.token)),
  },
  profile: {
    bases: LIVE,
    over: true,
    async act(harness) {
      await harness.session.refreshProfile();
      return problemCode(harness);
    },
  },
  'profile-write': {
    bases: LIVE,
    over: true,
    scope: 'openid profile profile:write',
    act: (harness) => codeOf(harness.session.changeDisplayName('Ada')),
  },
  destroy: {
    bases: BASES,
    over: true,
    prepare: leave,
    async act(harness) {
      await harness.session.drainOutbox();
      const left = harness.record()?.outbox.filter(({ owner }) => owner === undefined) ?? [];
      return left.length > 0 ? 'server_unavailable' : undefined;
    },
  },
};

/** Brings a harness into a state, optionally with a sign-in on top. */
export async function enter(harness: FaultHarness, base: Base, over: boolean): Promise<void> {
  await MAKE[base](harness);
  if (harness.record() === undefined) {
    harness.host.local.set('record', emptyRecord(`${ORIGIN} ${CLIENT}`));
    await harness.session.recover();
  }
  if (over) await inFront(harness, () => harness.session.signIn());
}
