// The states a fault may come in, and how each call is brought about there.
import { isFxaError, type FxaErrorCode } from '../../src/fxa/errors.ts';
import { emptyRecord } from '../../src/session/state/record.ts';
import { baseState as settledState } from '../../src/session/state/states.ts';
import { projectView } from '../../src/session/state/view.ts';
import type { MatrixCall } from './matrix-faults.ts';
import { ada, inFront, LATER_MS, needsReauth, sessionOnly, signedIn, tamper } from './steps.ts';
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

/** What a call is made of. `over`: whether it may happen while a sign-in runs on top. */
export interface CallRule {
  readonly bases: readonly Base[];
  readonly over: boolean;
  readonly scope?: string;
  readonly prepare?: (world: FaultHarness) => void;
  /** Brings the call about, and tells with which code it ended. */
  readonly act: (world: FaultHarness) => Promise<FxaErrorCode | undefined>;
}

export const LIVE = BASES.filter(isLive);

/** What stands beside the state: of the last attempt, or of the session. */
const problemCode = (world: FaultHarness) => {
  const session = world.record()?.session;
  const base = session && settledState(session);
  return (base?.status === 'signedIn' ? base.trouble : undefined)?.code ?? base?.problem?.code;
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

/** A grant of nobody's, as an earlier session left it. */
function leave(world: FaultHarness): void {
  const { uid } = ada(world);
  const { item } = world.standin.store.tokens.addRefreshToken({ clientId: CLIENT, uid, scope: 'profile' });
  const since = world.time.now();
  const entry = { refreshTokenId: item.id, issuer: ORIGIN, since, attempts: 0, notBefore: 0 };
  tamper(world, (record) => ({ ...record, outbox: [...record.outbox, entry] }));
  const record = world.record();
  if (record) world.host.local.set('view', structuredClone(projectView(record, environmentOf(world))));
}

export const CALLS: Readonly<Record<MatrixCall, CallRule>> = {
  discovery: attempt,
  reachability: attempt,
  exchange: attempt,
  // Kept keys would be asked of nobody.
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

/** Brings a world into a state, with a sign-in on top of it if so wished. */
export async function enter(world: FaultHarness, base: Base, over: boolean): Promise<void> {
  await MAKE[base](world);
  if (world.record() === undefined) {
    world.host.local.set('record', emptyRecord(`${ORIGIN} ${CLIENT}`));
    await world.session.recover();
  }
  if (over) await inFront(world, () => world.session.signIn());
}
