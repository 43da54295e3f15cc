// Asks the companion what has happened to the account, and acts on it: its word is a reason to ask Mozilla accounts, never a
// proof. Without a companion, or with one that does not answer, everything else goes on as it is.
import { LONGEST_BACK_OFF } from '../fxa/back-off.ts';
import { isFxaError } from '../fxa/errors.ts';
import { grantedCovers } from '../fxa/scopes.ts';
import { companionApi, type CompanionApi, type Gone } from './companion-api.ts';
import { dropSeat, keepSeat, obeySeats, seatOf, type Seat } from './companion-seats.ts';
import type { Context } from './context.ts';
import { lookForNews } from './profile.ts';
import { hintOf } from './reason.ts';
import { liveSession, type SignedIn } from './state.ts';
import { withPassingToken } from './tokens.ts';

export const COMPANION_ALARM = 'fxa:companion';

/** Lies in `storage.session`: when the companion was asked last, and how often that failed. */
const KEY = 'companionAsked';
const LOCK = 'fxa:companion';

/** What the token that buys a companion session reveals: whose it is, and whether metrics are allowed. */
const NARROW = ['profile:uid', 'profile:email'];
/** Seconds that token is asked for; it is destroyed as soon as it has served. */
const NARROW_TTL = 300;

/** Wakes come in bunches. */
const FLOOR_MS = 15_000;

interface Asked {
  readonly sessionId: string;
  /** Milliseconds. */
  readonly notBefore: number;
  readonly failures: number;
}

/** To be called at every wake. */
export async function askCompanion(context: Context): Promise<void> {
  if (!context.config.companion) return;
  await obeySeats(context);
  await context.ports.locks.exclusive(LOCK, async () => {
    const live = await current(context);
    if (live && (await isDue(context, live))) await ask(context, live);
    await planNext(context);
  });
}

async function ask(context: Context, live: SignedIn): Promise<void> {
  const { ports, config } = context;
  const { failures = 0 } = (await asked(context, live)) ?? {};
  const everyMs = (config.companion?.every ?? 0) * 1000;
  try {
    await hearNews(context, live);
    await note(context, live, { notBefore: ports.now() + Math.min(FLOOR_MS, everyMs), failures: 0 });
  } catch (error) {
    if (!isFxaError(error)) ports.report(error);
    const retryAfter = isFxaError(error) ? (error.retryAfter ?? 0) * 1000 : 0;
    const delay = Math.max(retryAfter, Math.min(LONGEST_BACK_OFF * 1000, everyMs * 2 ** failures));
    await note(context, live, {
      notBefore: ports.now() + delay * (1 + ports.random() / 4),
      failures: failures + 1,
    });
  }
}

async function hearNews(context: Context, live: SignedIn): Promise<void> {
  const seat = await seatHere(context, live.id);
  if (!seat) return buySeat(context, live);
  const news = await apiOf(context, seat.origin).state(seat.session, seat.etag);
  if (news === undefined) return;
  if ('gone' in news) return whenGone(context, live, news);
  const { state, etag } = news;
  const { revision } = state;
  if (revision !== seat.revision) {
    // What is closed is closed at once; whether it may open again, the profile says.
    if (!state.metrics) await context.store.step({ type: 'metricsClosed', sessionId: live.id });
    const began = context.ports.now();
    await lookForNews(context);
    const after = await current(context);
    // Until the profile could be had, this is still news.
    if (after?.id !== live.id || (after.account.profileAt ?? 0) < began) return;
    // The companion opens by a profile that it reads itself.
    if (after.account.profile?.metricsEnabled === true && !state.metrics) {
      return buySeat(context, after, { ...seat, revision });
    }
  }
  await keepSeat(context, live.id, { ...seat, revision, ...(etag !== undefined && { etag }) });
}

/** An unknown session only means: make a new one. So does a false alarm, once Mozilla accounts has honoured the grant. */
async function whenGone(context: Context, live: SignedIn, gone: Gone): Promise<void> {
  if (!(await takeHint(context, live, gone))) await buySeat(context, live);
}

/** The reason is written down before the session that told it is dropped: nobody could be asked for it again. */
async function takeHint(context: Context, live: SignedIn, { gone }: Gone): Promise<boolean> {
  const hint = hintOf(gone);
  if (hint) await context.store.step({ type: 'hinted', sessionId: live.id, hint });
  await dropSeat(context, live.id);
  return hint !== undefined;
}

/** Buys a companion session with a token for this purpose alone, or refreshes the one there is. */
async function buySeat(context: Context, live: SignedIn, seat?: Seat): Promise<void> {
  const { companion } = context.config;
  if (!companion) return;
  const scope = NARROW.filter((one) => grantedCovers(live.grant.scope, one)).join(' ');
  const bought = await withPassingToken(context, live, { scope, ttl: NARROW_TTL }, (token) =>
    apiOf(context, companion.origin).buy(token, seat?.session),
  );
  if (bought === undefined) return;
  // The token was good a moment ago; what is said against it is for Mozilla accounts to confirm.
  if ('gone' in bought) {
    await takeHint(context, live, bought);
    return;
  }
  const { session, state } = bought;
  await keepSeat(context, live.id, { session, origin: companion.origin, revision: state.revision });
}

/** A seat at another companion than this build's is of no use, and not shown to this one. */
async function seatHere(context: Context, owner: string): Promise<Seat | undefined> {
  const seat = await seatOf(context, owner);
  return seat?.origin === context.config.companion?.origin ? seat : undefined;
}

function apiOf(context: Context, origin: string): CompanionApi {
  return companionApi(origin, context.http());
}

async function isDue(context: Context, live: SignedIn): Promise<boolean> {
  const plan = await asked(context, live);
  const { now } = context.ports;
  // Further ahead than any plan: set by a clock that has been put right since.
  return !plan || plan.notBefore <= now() || plan.notBefore > now() + 2 * LONGEST_BACK_OFF * 1000;
}

async function planNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const live = await current(context);
  const { companion } = context.config;
  if (!live || !companion) return alarms.clear(COMPANION_ALARM);
  const { notBefore = 0, failures = 0 } = (await asked(context, live)) ?? {};
  return alarms.set(COMPANION_ALARM, failures > 0 ? notBefore : now() + companion.every * 1000);
}

async function asked({ ports }: Context, { id }: SignedIn): Promise<Asked | undefined> {
  const plan = (await ports.memory.get(KEY)) as Asked | undefined;
  return plan?.sessionId === id ? plan : undefined;
}

function note({ ports }: Context, { id }: SignedIn, plan: Omit<Asked, 'sessionId'>): Promise<void> {
  return ports.memory.set({ [KEY]: { sessionId: id, ...plan } satisfies Asked });
}

async function current({ store }: Context): Promise<SignedIn | undefined> {
  return liveSession((await store.read()).session);
}
