// Asks the companion what has happened to the account, and acts on it: its word is a reason to ask Mozilla accounts, never a
// proof. Without a companion, or with one that does not answer, everything else goes on as it is.
import { LONGEST_BACK_OFF } from '../../fxa/back-off.ts';
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import { grantedCovers } from '../../fxa/scopes.ts';
import { companionApi, type CompanionApi, type SessionRejected } from './client.ts';
import {
  saveCompanionSession,
  moveCompanionSessionsToMemory,
  getCompanionSession,
  invalidateCompanionSession,
  type CompanionSession,
} from './session-store.ts';
import type { Context } from '../context.ts';
import { refetchProfile } from '../profile.ts';
import {
  fetchEndReason,
  unexplainedSessionId,
  timeSinceEnd,
  suspectedEndFrom,
  companionSessionToAsk,
} from './end-reason.ts';
import { liveSession, type SignedIn } from '../state/states.ts';
import { withEphemeralToken } from '../tokens/access-token.ts';

export const COMPANION_ALARM = 'fxa:companion';

/** Lies in `storage.session`: when the companion was asked last, and how often in vain. */
const KEY = 'companionAsked';
const LOCK = 'fxa:companion';

/** What the token that buys a companion session reveals: whose it is, and whether metrics are allowed. */
const TOKEN_SCOPES = ['profile:uid', 'profile:email'];
/** Seconds that token is asked for; it is destroyed as soon as it has served. */
const TOKEN_TTL = 300;

/** Wakes come in bunches. */
const MIN_INTERVAL_MS = 15_000;
/** Why a session ended is asked ever more rarely, but so often at least. */
const MAX_INTERVAL_MS = 6 * 3_600_000;

interface RetryPlan {
  readonly sessionId: string;
  /** When it was asked, and how long it is left alone since; milliseconds. */
  readonly at: number;
  readonly wait: number;
  /** How often in a row nothing came of it. */
  readonly failures: number;
}

/** To be called at every wake. */
export async function pollCompanion(context: Context): Promise<void> {
  if (!context.config.companion) return;
  await moveCompanionSessionsToMemory(context);
  await withCompanionLock(context, async () => {
    const live = await currentSession(context);
    const ended = live ? undefined : await findUnexplainedEnd(context);
    if (live && (await isDue(context, live))) await runWithRetries(context, live, () => poll(context, live));
    if (ended && (await isDue(context, ended))) {
      await runWithRetries(context, ended, async () => {
        await fetchEndReason(context, ended.id, ended.companionSession);
        return true;
      });
    }
    await scheduleNext(context);
  });
}

/** The session whose end nobody has explained yet, and the companion session that may. */
async function findUnexplainedEnd(
  context: Context,
): Promise<{ id: string; companionSession: CompanionSession } | undefined> {
  const { session } = await context.store.read();
  const id = unexplainedSessionId(session, context.ports.now());
  const companionSession = id === undefined ? undefined : await companionSessionToAsk(context, id);
  return id !== undefined && companionSession ? { id, companionSession } : undefined;
}

/** One conversation with the companion at a time: what is said in one is done when the next begins. */
export function withCompanionLock(context: Context, work: () => Promise<void>): Promise<void> {
  return context.ports.locks.exclusive(LOCK, work);
}

/** Who has a session at the companion, and the companion answered when it was asked last. */
export async function connectedSession(
  context: Context,
): Promise<{ live: SignedIn; companionSession: CompanionSession; api: CompanionApi } | undefined> {
  const live = await currentSession(context);
  const companionSession = live && (await currentCompanionSession(context, live.id));
  if (!companionSession || (await readPlan(context, live))?.failures !== 0) return undefined;
  return { live, companionSession, api: apiOf(context, companionSession.origin) };
}

/** `hear` tells whether the companion knew the session it was shown. */
async function runWithRetries(
  context: Context,
  subject: Subject,
  work: () => Promise<boolean>,
): Promise<void> {
  const { ports, config } = context;
  const { failures = 0 } = (await readPlan(context, subject)) ?? {};
  const everyMs = (config.companion?.every ?? 0) * 1000;
  try {
    const told = await work();
    // What was only just bought has yet to hold.
    await savePlan(context, subject, {
      wait: Math.min(MIN_INTERVAL_MS, everyMs),
      failures: told ? 0 : failures,
    });
  } catch (error) {
    if (!isFxaError(error)) ports.report(error);
    const retryAfter = isFxaError(error) ? (error.retryAfter ?? 0) * 1000 : 0;
    const delay = Math.max(retryAfter, Math.min(LONGEST_BACK_OFF * 1000, everyMs * 2 ** failures));
    // Whole milliseconds: an alarm that rings a fraction too early would be set, and ring, again and again.
    const wait = Math.floor(delay * (1 + ports.random() / 4));
    await savePlan(context, subject, { wait, failures: failures + 1 });
  }
}

/**
 * True when the companion knew the session it was shown, false when there was none to show.
 *
 * @throws FxaError also when it told that the session is none: one that goes on telling so is asked ever more rarely.
 */
async function poll(context: Context, live: SignedIn): Promise<boolean> {
  const companionSession = await currentCompanionSession(context, live.id);
  if (!companionSession) {
    await createCompanionSession(context, live);
    return false;
  }
  const news = await apiOf(context, companionSession.origin).state(
    companionSession.session,
    companionSession.etag,
  );
  if (news === undefined) return true;
  if ('rejected' in news) return onRejected(context, live, news);
  const { state, etag } = news;
  const { revision, metrics } = state;
  if (revision !== companionSession.revision) {
    if (!metrics) await closeMetrics(context, live);
    // Until the profile could be had, this is still news.
    if (!(await refetchProfile(context, () => (metrics ? undefined : closeMetrics(context, live)))))
      return true;
    const after = await currentSession(context);
    if (after?.id !== live.id) return true;
    // The companion opens by a profile that it reads itself; where nothing is to be sent, it need not.
    if (!metrics && (await context.blockedBy()).length === 0) {
      await createCompanionSession(context, after, { ...companionSession, revision });
      return true;
    }
  }
  await saveCompanionSession(context, live.id, {
    ...companionSession,
    revision,
    ...(etag !== undefined && { etag }),
  });
  return true;
}

/** What is closed is closed at once; whether it may open again, the profile says. */
export async function closeMetrics({ store }: Context, { id }: SignedIn): Promise<void> {
  await store.dispatch({ type: 'metricsClosed', sessionId: id });
}

/** An unknown session only means: make a new one. So does a false alarm, once Mozilla accounts has honoured the grant. */
async function onRejected(context: Context, live: SignedIn, gone: SessionRejected): Promise<never> {
  if (!(await recordSuspicion(context, live, gone))) await createCompanionSession(context, live);
  throw sessionRejectedError();
}

/** The reason is written down before the session that told it is dropped: nobody could be asked for it again. */
async function recordSuspicion(
  context: Context,
  live: SignedIn,
  { rejected }: SessionRejected,
): Promise<boolean> {
  const hint = suspectedEndFrom(rejected);
  if (hint) await context.store.dispatch({ type: 'endSuspected', sessionId: live.id, hint });
  await invalidateCompanionSession(context, live.id, hint);
  return hint !== undefined;
}

/**
 * Buys a companion session with a token for this purpose alone, or refreshes the one that is shown. What was last acted on
 * stays what it was: a new one has told nothing yet, and of one that is refreshed there may be newer news.
 */
export async function createCompanionSession(
  context: Context,
  live: SignedIn,
  shown?: CompanionSession,
): Promise<void> {
  const { companion } = context.config;
  if (!companion) return;
  const scope = TOKEN_SCOPES.filter((one) => grantedCovers(live.grant.scope, one)).join(' ');
  const result = await withEphemeralToken(context, live, { scope, ttl: TOKEN_TTL }, (token) =>
    apiOf(context, companion.origin).create(token, shown?.session),
  );
  if (result === undefined) return;
  // The token was good a moment ago; what is said against it is for Mozilla accounts to confirm.
  if ('rejected' in result) {
    await recordSuspicion(context, live, result);
    throw sessionRejectedError();
  }
  if (!result.state.metrics) await closeMetrics(context, live);
  await saveCompanionSession(context, live.id, {
    ...shown,
    session: result.session,
    origin: companion.origin,
  });
}

function sessionRejectedError(): FxaError {
  return new FxaError('bad_response', 'The companion says that there is no session.', { reason: 'refused' });
}

/** A seat at another companion than this build's is of no use, and not shown to this one. */
async function currentCompanionSession(
  context: Context,
  owner: string,
): Promise<CompanionSession | undefined> {
  const companionSession = await getCompanionSession(context, owner);
  return companionSession?.origin === context.config.companion?.origin ? companionSession : undefined;
}

function apiOf(context: Context, origin: string): CompanionApi {
  return companionApi(origin, context.http());
}

/** The session the companion is asked about. */
type Subject = Pick<SignedIn, 'id'>;

async function isDue(context: Context, subject: Subject): Promise<boolean> {
  const plan = await readPlan(context, subject);
  if (!plan) return true;
  const since = context.ports.now() - plan.at;
  // Asked in the future: by a clock that has been put right since.
  return !(since >= 0 && since < plan.wait);
}

async function scheduleNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const { session } = await context.store.read();
  const subject = liveSession(session) ?? (await findUnexplainedEnd(context));
  const { companion } = context.config;
  if (!subject || !companion) return alarms.clear(COMPANION_ALARM);
  const { at = 0, wait = 0, failures = 0 } = (await readPlan(context, subject)) ?? {};
  const pause = Math.max(companion.every * 1000, Math.min(MAX_INTERVAL_MS, timeSinceEnd(session, now())));
  return alarms.set(COMPANION_ALARM, failures > 0 ? at + wait : now() + pause);
}

async function readPlan({ ports }: Context, { id }: Subject): Promise<RetryPlan | undefined> {
  const plan = (await ports.memory.get(KEY)) as RetryPlan | undefined;
  return plan?.sessionId === id ? plan : undefined;
}

function savePlan(
  { ports }: Context,
  { id }: Subject,
  plan: Pick<RetryPlan, 'wait' | 'failures'>,
): Promise<void> {
  return ports.memory.set({ [KEY]: { sessionId: id, at: ports.now(), ...plan } satisfies RetryPlan });
}

async function currentSession({ store }: Context): Promise<SignedIn | undefined> {
  return liveSession((await store.read()).session);
}
