// The states in which a fault can occur, and how each request is triggered there.
import { isFxaError, type FxaErrorCode } from '../../src/fxa/errors.ts';
import { emptyRecord } from '../../src/session/state/record.ts';
import { baseState as settledState } from '../../src/session/state/states.ts';
import { projectView } from '../../src/session/state/view.ts';
import type { MatrixCall } from './matrix-faults.ts';
import { inFront, LATER_MS, LIN, needsReauth, sessionOnly, signedIn, tamper } from './steps.ts';
import { CLIENT, ORIGIN, environmentOf, type FaultHarness } from './harness.ts';

export type Base =
  'signedOut' | 'signedIn' | 'signedIn, stale token' | 'signedIn until the browser ends' | 'needsReauth';

export const BASES: readonly Base[] = [
  'signedOut',
  'signedIn',
  'signedIn, stale token',
  'signedIn until the browser ends',
  'needsReauth',
];

export const isLive = (base: Base) => base.startsWith('signedIn');

const MAKE: Readonly<Record<Base, (world: FaultHarness) => Promise<unknown>>> = {
  signedOut: () => Promise.resolve(),
  signedIn,
  async 'signedIn, stale token'(world) {
    await signedIn(world);
    world.time.advance(LATER_MS);
  },
  'signedIn until the browser ends': sessionOnly,
  needsReauth,
};

/** How to trigger a request. `over`: whether it can happen during another sign-in. */
export interface CallRule {
  readonly bases: readonly Base[];
  readonly over: boolean;
  readonly scope?: string;
  readonly prepare?: (world: FaultHarness) => void;
  /** Triggers the request, and resolves with the code it ended with. */
  readonly act: (world: FaultHarness) => Promise<FxaErrorCode | undefined>;
}

export const LIVE = BASES.filter(isLive);

/** What is stored besides the state: of the last attempt, or of the session. */
const problemCode = (world: FaultHarness) => {
  const session = world.record()?.session;
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
  async act(world) {
    await world.session.signIn();
    return problemCode(world);
  },
};

/** A grant left by an earlier session, of another account: one of the same account might be held back. */
function leave(world: FaultHarness): void {
  const account = world.mock.store.accounts.byEmail(LIN)?.uid ?? '';
  const { token, item } = world.mock.store.tokens.addRefreshToken({
    clientId: CLIENT,
    uid: account,
    scope: 'profile',
  });
  const since = world.time.now();
  // There only the token revokes it, sealed as the host does.
  const byToken = world.era === 'next' && { account, revokedByToken: { sealed: `sealed:${btoa(token)}` } };
  const plan = { issuer: ORIGIN, since, attempts: 0, notBefore: 0 };
  const entry = { refreshTokenId: item.id, ...byToken, ...plan };
  tamper(world, (record) => ({ ...record, outbox: [...record.outbox, entry] }));
  const record = world.record();
  if (record) world.host.local.set('view', structuredClone(projectView(record, environmentOf(world))));
}

export const CALLS: Readonly<Record<MatrixCall, CallRule>> = {
  discovery: attempt,
  reachability: attempt,
  exchange: attempt,
  // Cached keys wouldn't be requested.
  jwks: { ...attempt, prepare: (world) => void world.host.memory.delete('keySet') },
  'first profile': attempt,
  refresh: {
    bases: BASES,
    over: true,
    act: (world) => codeOf(world.session.accessToken('profile', world.tokens().at(-1)?.token)),
  },
  profile: {
    bases: LIVE,
    over: true,
    async act(world) {
      await world.session.refreshProfile();
      return problemCode(world);
    },
  },
  'profile-write': {
    bases: LIVE,
    over: true,
    scope: 'openid profile profile:write',
    act: (world) => codeOf(world.session.changeDisplayName('Ada')),
  },
  destroy: {
    bases: BASES,
    over: true,
    prepare: leave,
    async act(world) {
      await world.session.drainOutbox();
      const left = world.record()?.outbox.filter(({ owner }) => owner === undefined) ?? [];
      return left.length > 0 ? 'server_unavailable' : undefined;
    },
  },
};

/** Brings a harness into a state, optionally with a sign-in on top. */
export async function enter(world: FaultHarness, base: Base, over: boolean): Promise<void> {
  await MAKE[base](world);
  if (world.record() === undefined) {
    world.host.local.set('record', emptyRecord(`${ORIGIN} ${CLIENT}`));
    await world.session.recover();
  }
  if (over) await inFront(world, () => world.session.signIn());
}
