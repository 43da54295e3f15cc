// Asks the companion what has happened to the account, and acts on it: its word is a reason to ask Mozilla accounts, never a
// proof. Without a companion, or with one that does not answer, everything else goes on as it is.
import { LONGEST_BACK_OFF } from '../../fxa/back-off.ts';
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import { grantedCovers } from '../../fxa/scopes.ts';
import { companionApi, type CompanionApi, type Gone } from './client.ts';
import { keepSeat, obeySeats, seatOf, vacateSeat, type Seat } from './session-store.ts';
import type { Context } from '../context.ts';
import { lookAnew } from '../profile.ts';
import { askWhyItEnded, awaitingReason, endedSince, hintOf, seatToAsk } from './end-reason.ts';
import { liveSession, type SignedIn } from '../state/states.ts';
import { withPassingToken } from '../tokens/access-token.ts';

export const COMPANION_ALARM = 'fxa:companion';

/** Lies in `storage.session`: when the companion was asked last, and how often in vain. */
const KEY = 'companionAsked';
const LOCK = 'fxa:companion';

/** What the token that buys a companion session reveals: whose it is, and whether metrics are allowed. */
const NARROW = ['profile:uid', 'profile:email'];
/** Seconds that token is asked for; it is destroyed as soon as it has served. */
const NARROW_TTL = 300;

/** Wakes come in bunches. */
const FLOOR_MS = 15_000;
/** Why a session ended is asked ever more rarely, but so often at least. */
const RAREST_MS = 6 * 3_600_000;

interface Asked {
  readonly sessionId: string;
  /** When it was asked, and how long it is left alone since; milliseconds. */
  readonly at: number;
  readonly wait: number;
  /** How often in a row nothing came of it. */
  readonly failures: number;
}

/** To be called at every wake. */
export async function askCompanion(context: Context): Promise<void> {
  if (!context.config.companion) return;
  await obeySeats(context);
  await converse(context, async () => {
    const live = await current(context);
    const ended = live ? undefined : await unexplained(context);
    if (live && (await isDue(context, live))) await ask(context, live, () => hearNews(context, live));
    if (ended && (await isDue(context, ended))) {
      await ask(context, ended, async () => {
        await askWhyItEnded(context, ended.id, ended.seat);
        return true;
      });
    }
    await planNext(context);
  });
}

/** The session whose end nobody has explained yet, and the companion session that may. */
async function unexplained(context: Context): Promise<{ id: string; seat: Seat } | undefined> {
  const { session } = await context.store.read();
  const id = awaitingReason(session, context.ports.now());
  const seat = id === undefined ? undefined : await seatToAsk(context, id);
  return id !== undefined && seat ? { id, seat } : undefined;
}

/** One conversation with the companion at a time: what is said in one is done when the next begins. */
export function converse(context: Context, work: () => Promise<void>): Promise<void> {
  return context.ports.locks.exclusive(LOCK, work);
}

/** Who has a session at the companion, and the companion answered when it was asked last. */
export async function onSpeakingTerms(
  context: Context,
): Promise<{ live: SignedIn; seat: Seat; api: CompanionApi } | undefined> {
  const live = await current(context);
  const seat = live && (await seatHere(context, live.id));
  if (!seat || (await asked(context, live))?.failures !== 0) return undefined;
  return { live, seat, api: apiOf(context, seat.origin) };
}

/** `hear` tells whether the companion knew the session it was shown. */
async function ask(context: Context, subject: Subject, hear: () => Promise<boolean>): Promise<void> {
  const { ports, config } = context;
  const { failures = 0 } = (await asked(context, subject)) ?? {};
  const everyMs = (config.companion?.every ?? 0) * 1000;
  try {
    const told = await hear();
    // What was only just bought has yet to hold.
    await note(context, subject, { wait: Math.min(FLOOR_MS, everyMs), failures: told ? 0 : failures });
  } catch (error) {
    if (!isFxaError(error)) ports.report(error);
    const retryAfter = isFxaError(error) ? (error.retryAfter ?? 0) * 1000 : 0;
    const delay = Math.max(retryAfter, Math.min(LONGEST_BACK_OFF * 1000, everyMs * 2 ** failures));
    // Whole milliseconds: an alarm that rings a fraction too early would be set, and ring, again and again.
    const wait = Math.floor(delay * (1 + ports.random() / 4));
    await note(context, subject, { wait, failures: failures + 1 });
  }
}

/**
 * True when the companion knew the session it was shown, false when there was none to show.
 *
 * @throws FxaError also when it told that the session is none: one that goes on telling so is asked ever more rarely.
 */
async function hearNews(context: Context, live: SignedIn): Promise<boolean> {
  const seat = await seatHere(context, live.id);
  if (!seat) {
    await buySeat(context, live);
    return false;
  }
  const news = await apiOf(context, seat.origin).state(seat.session, seat.etag);
  if (news === undefined) return true;
  if ('gone' in news) return whenGone(context, live, news);
  const { state, etag } = news;
  const { revision, metrics } = state;
  if (revision !== seat.revision) {
    if (!metrics) await closeMetrics(context, live);
    // Until the profile could be had, this is still news.
    if (!(await lookAnew(context, () => (metrics ? undefined : closeMetrics(context, live))))) return true;
    const after = await current(context);
    if (after?.id !== live.id) return true;
    // The companion opens by a profile that it reads itself; where nothing is to be sent, it need not.
    if (!metrics && (await context.closedBy()).length === 0) {
      await buySeat(context, after, { ...seat, revision });
      return true;
    }
  }
  await keepSeat(context, live.id, { ...seat, revision, ...(etag !== undefined && { etag }) });
  return true;
}

/** What is closed is closed at once; whether it may open again, the profile says. */
export async function closeMetrics({ store }: Context, { id }: SignedIn): Promise<void> {
  await store.step({ type: 'metricsClosed', sessionId: id });
}

/** An unknown session only means: make a new one. So does a false alarm, once Mozilla accounts has honoured the grant. */
async function whenGone(context: Context, live: SignedIn, gone: Gone): Promise<never> {
  if (!(await takeHint(context, live, gone))) await buySeat(context, live);
  throw noSession();
}

/** The reason is written down before the session that told it is dropped: nobody could be asked for it again. */
async function takeHint(context: Context, live: SignedIn, { gone }: Gone): Promise<boolean> {
  const hint = hintOf(gone);
  if (hint) await context.store.step({ type: 'hinted', sessionId: live.id, hint });
  await vacateSeat(context, live.id, hint);
  return hint !== undefined;
}

/**
 * Buys a companion session with a token for this purpose alone, or refreshes the one that is shown. What was last acted on
 * stays what it was: a new one has told nothing yet, and of one that is refreshed there may be newer news.
 */
export async function buySeat(context: Context, live: SignedIn, shown?: Seat): Promise<void> {
  const { companion } = context.config;
  if (!companion) return;
  const scope = NARROW.filter((one) => grantedCovers(live.grant.scope, one)).join(' ');
  const bought = await withPassingToken(context, live, { scope, ttl: NARROW_TTL }, (token) =>
    apiOf(context, companion.origin).buy(token, shown?.session),
  );
  if (bought === undefined) return;
  // The token was good a moment ago; what is said against it is for Mozilla accounts to confirm.
  if ('gone' in bought) {
    await takeHint(context, live, bought);
    throw noSession();
  }
  if (!bought.state.metrics) await closeMetrics(context, live);
  await keepSeat(context, live.id, { ...shown, session: bought.session, origin: companion.origin });
}

function noSession(): FxaError {
  return new FxaError('bad_response', 'The companion says that there is no session.', { reason: 'refused' });
}

/** A seat at another companion than this build's is of no use, and not shown to this one. */
async function seatHere(context: Context, owner: string): Promise<Seat | undefined> {
  const seat = await seatOf(context, owner);
  return seat?.origin === context.config.companion?.origin ? seat : undefined;
}

function apiOf(context: Context, origin: string): CompanionApi {
  return companionApi(origin, context.http());
}

/** The session the companion is asked about. */
type Subject = Pick<SignedIn, 'id'>;

async function isDue(context: Context, subject: Subject): Promise<boolean> {
  const plan = await asked(context, subject);
  if (!plan) return true;
  const since = context.ports.now() - plan.at;
  // Asked in the future: by a clock that has been put right since.
  return !(since >= 0 && since < plan.wait);
}

async function planNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const { session } = await context.store.read();
  const subject = liveSession(session) ?? (await unexplained(context));
  const { companion } = context.config;
  if (!subject || !companion) return alarms.clear(COMPANION_ALARM);
  const { at = 0, wait = 0, failures = 0 } = (await asked(context, subject)) ?? {};
  const pause = Math.max(companion.every * 1000, Math.min(RAREST_MS, endedSince(session, now())));
  return alarms.set(COMPANION_ALARM, failures > 0 ? at + wait : now() + pause);
}

async function asked({ ports }: Context, { id }: Subject): Promise<Asked | undefined> {
  const plan = (await ports.memory.get(KEY)) as Asked | undefined;
  return plan?.sessionId === id ? plan : undefined;
}

function note({ ports }: Context, { id }: Subject, plan: Pick<Asked, 'wait' | 'failures'>): Promise<void> {
  return ports.memory.set({ [KEY]: { sessionId: id, at: ports.now(), ...plan } satisfies Asked });
}

async function current({ store }: Context): Promise<SignedIn | undefined> {
  return liveSession((await store.read()).session);
}
