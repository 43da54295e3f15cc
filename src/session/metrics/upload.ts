// Sends what was counted, at most once; and has the companion forget it where that is no longer wanted.
import type { MetricsEvent } from '../../contract/companion.ts';
import { LONGEST_BACK_OFF } from '../../fxa/back-off.ts';
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import type { CompanionApi, Gone } from '../companion/client.ts';
import { heldSeats, markSeat, type Seat } from '../companion/session-store.ts';
import { buySeat, closeMetrics, converse, onSpeakingTerms } from '../companion/sync.ts';
import type { Context } from '../context.ts';
import { lookAnew } from '../profile.ts';
import { liveSession, type SignedIn } from '../state/states.ts';
import { changeBooks, ownedBy, readBooks, recent, whose } from './queue.ts';
import { counted } from './events.ts';
import { MOST_AT_ONCE } from './session-events.ts';
import { obeyGate, showOwed } from './withdrawal.ts';

/** Lies in `storage.session`: when the companion was last told of counts, and how often in vain. */
const KEY = 'metricsSent';

/** Wakes come in bunches. */
const FLOOR_MS = 60_000;

interface Told {
  /** Milliseconds. */
  readonly at: number;
  readonly wait: number;
  readonly failures: number;
}

type Terms = NonNullable<Awaited<ReturnType<typeof onSpeakingTerms>>>;

/** To be called when the popup is on show. Never rejects for the sake of counting. */
export async function countOpening(context: Context): Promise<void> {
  const { session } = await context.store.read();
  const engage = liveSession(session) ? [{ name: 'engage' } as const] : [];
  await context.count([{ name: 'popup_opened' }, ...engage], session);
}

/** To be called at every wake, when everything else was done. */
export async function sendMetrics(context: Context): Promise<void> {
  const { ports, config } = context;
  const { companion } = config;
  if (!companion) return;
  const floor = Math.min(FLOOR_MS, companion.every * 1000);
  await converse(context, async () => {
    if (!(await hasBusiness(context))) return;
    const told = ((await ports.memory.get(KEY)) ?? { at: 0, wait: 0, failures: 0 }) as Told;
    const since = ports.now() - told.at;
    const early = since >= 0 && since < told.wait;
    const terms = early && told.failures > 0 ? undefined : await onSpeakingTerms(context);
    if (!terms || (early && !terms.seat.marks?.purge)) return;
    const note = (wait: number, failures: number) =>
      ports.memory.set({ [KEY]: { at: ports.now(), wait, failures } satisfies Told });
    try {
      await purge(context, terms.live.id, terms.seat, terms.api);
      if (!early && (await send(context, terms))) await note(floor, 0);
    } catch (error) {
      if (!isFxaError(error)) ports.report(error);
      await note(Math.min(LONGEST_BACK_OFF * 1000, floor * 2 ** (told.failures + 1)), told.failures + 1);
    }
    // Somebody may have said no while this was under way.
    await obeyGate(context);
  });
}

async function hasBusiness(context: Context): Promise<boolean> {
  if ((await readBooks(context)).waiting.length > 0) return true;
  const live = liveSession((await context.store.read()).session);
  return live !== undefined && (await heldSeats(context))[live.id]?.marks?.purge === true;
}

/**
 * Has the companion forget what it was told with this seat, where that is still to be done. A companion that says the session is
 * over has forgotten nothing: then it is still owed.
 *
 * @throws FxaError as the companion's calls.
 */
export async function purge(
  context: Context,
  owner: string,
  { session, marks }: Seat,
  api: CompanionApi,
): Promise<Gone | undefined> {
  if (!marks?.purge) return undefined;
  const gone = await api.forget(session);
  if (gone) return gone;
  await markSeat(context, owner, ({ purge: _, ...rest }) => rest);
  await showOwed(context);
  return undefined;
}

/**
 * Sends what waited when the session ended, while the gate is open still.
 *
 * @throws FxaError as the companion's calls; then it is lost.
 */
export async function sendLast(
  context: Context,
  owner: string,
  { session, marks }: Seat,
  api: CompanionApi,
): Promise<void> {
  if (!marks?.last) return;
  await markSeat(context, owner, ({ last: _, ...rest }) => ({ ...rest, sent: true }));
  if ((await context.closedBy()).length === 0) await api.count(session, marks.last);
}

/**
 * What is sent is taken from the books before: a background that dies in the middle, or an answer that is lost, costs a few
 * counts, and none is sent twice. Resolves with whether there was anything to send.
 *
 * @throws FxaError as the companion's calls, and `bad_response` when it refuses again after all was put right.
 */
async function send(context: Context, { live, seat, api }: Terms, last = false): Promise<boolean> {
  // A host that asked to be left alone is no reason to lose anything.
  await context.http().gate?.pass(seat.origin);
  const batch = await takeBatch(context, live);
  if (batch.length === 0) return false;
  const answer = await api.count(seat.session, batch).catch(async (error: unknown) => {
    if (isFxaError(error) && provesRefusal(error.status)) await putBack(context, live, batch);
    throw error;
  });
  if (answer === 'counted') return true;
  await putBack(context, live, batch);
  if (last) throw new FxaError('bad_response', 'The companion takes no counts.', { reason: 'refused' });
  if (answer === 'metrics_off') {
    await lookAnew(context, async () => {
      await closeMetrics(context, live);
      await obeyGate(context);
    });
  }
  // The companion opens by a profile that it reads itself. A session that is gone is replaced when news are asked for.
  if (typeof answer !== 'string' || (await context.closedBy()).length > 0) return true;
  await buySeat(context, live, seat);
  const terms = await onSpeakingTerms(context);
  return terms?.live.id !== live.id || send(context, terms, true);
}

async function takeBatch(context: Context, live: SignedIn): Promise<readonly MetricsEvent[]> {
  let batch: readonly MetricsEvent[] = [];
  await changeBooks(context, async (books) => {
    const { session } = await context.store.read();
    if (liveSession(session)?.id !== live.id || (await context.closedBy()).length > 0) return books;
    const own = ownedBy(books, whose(session));
    const waiting = recent(own.waiting, context.ports.now());
    batch = waiting.slice(0, MOST_AT_ONCE);
    return { ...own, waiting: waiting.slice(MOST_AT_ONCE), sent: [...own.sent, ...batch] };
  });
  // Before it goes: whoever says no from now on has it forgotten.
  if (batch.length > 0)
    await markSeat(context, live.id, (marks) => (marks.sent ? marks : { ...marks, sent: true }));
  return batch;
}

/** Not where the books were emptied meanwhile, or are somebody else's. */
async function putBack(context: Context, live: SignedIn, batch: readonly MetricsEvent[]): Promise<void> {
  await changeBooks(context, async (books) => {
    const before = books.sent.length - batch.length;
    const there = before >= 0 && JSON.stringify(books.sent.slice(before)) === JSON.stringify(batch);
    if (!there || books.of !== live.account.subject || (await context.closedBy()).length > 0) return books;
    return { ...books, sent: books.sent.slice(0, before), waiting: books.waiting.reduce(counted, batch) };
  });
}

/** Any other failure may have come after the counts were taken; and what is malformed would be refused for ever. */
function provesRefusal(status = 0): boolean {
  return status >= 401 && status < 500 && status !== 413;
}
