// Sessions that are over take leave of the companion: it is given the grants to destroy, and keeps at it until they are.
import { isFxaError } from '../../fxa/errors.ts';
import { companionApi } from '../companion/client.ts';
import { dropSeat, heldSeats, lastSeatOf, markSeat, type Seat } from '../companion/session-store.ts';
import type { Context } from '../context.ts';
import { purge, sendLast } from '../metrics/upload.ts';
import { awaitingReason } from '../companion/end-reason.ts';
import { currentOwners } from '../state/record.ts';
import { settled } from '../state/states.ts';

/** The companion takes no more at once. */
const MOST_IDS = 20;

/** So long the companion keeps a session that is over. */
const LONGEST_MS = 30 * 86_400_000;
const MINUTE = 60_000;

/**
 * What is handed over leaves the outbox; what is not stays there and is destroyed from here. No fault of the companion's escapes.
 * A seat whose counts are to be forgotten is kept until they are: nobody else can have them forgotten.
 */
export async function takeLeave(context: Context): Promise<void> {
  const { store, ports, config } = context;
  for (const [owner, { origin, issuer = config.issuer, marks }] of await leaving(context)) {
    if (origin !== config.companion?.origin || issuer !== config.issuer) {
      // Another build may know it.
      await postpone(context, owner);
      continue;
    }
    if (waitMs(context, marks) > 0) continue;
    const seat = await lastSeatOf(context, owner);
    if (!seat) {
      // Its key may be had again.
      await postpone(context, owner);
      continue;
    }
    const { outbox } = await store.read();
    const ids = outbox
      .filter((entry) => entry.session === owner && entry.issuer === config.issuer)
      .map(({ refreshTokenId }) => refreshTokenId)
      .slice(0, MOST_IDS);
    try {
      const api = companionApi(seat.origin, context.http());
      const gone = await purge(context, owner, seat, api);
      if (gone && !(await isOver(context, gone.gone))) {
        await postpone(context, owner);
        continue;
      }
      if (await isAwaited(context, owner)) {
        // It may still tell why the session ended. A companion that says it is over has nothing more to forget.
        await markSeat(context, owner, ({ purge: _, ...rest }) => rest);
        continue;
      }
      await sendLast(context, owner, seat, api);
      const taken = await api.end(seat.session, ids);
      if (taken) {
        await store.update((record) => ({
          ...record,
          outbox: record.outbox.filter(({ refreshTokenId }) => !ids.includes(refreshTokenId)),
        }));
      }
      await dropSeat(context, owner);
    } catch (error) {
      if (!isFxaError(error)) ports.report(error);
      // Without a grant to hand over, the companion forgets the session by itself in time.
      if (seat.marks?.purge) await postpone(context, owner);
      else if (ids.length === 0) await dropSeat(context, owner);
    }
  }
}

/** When leave is to be taken again, in milliseconds: of seats whose counts this companion has yet to forget. */
export async function farewells(context: Context): Promise<readonly number[]> {
  const { origin } = context.config.companion ?? {};
  return (await leaving(context))
    .filter(([, seat]) => seat.marks?.purge && seat.origin === origin)
    .map(([, { marks }]) => context.ports.now() + waitMs(context, marks));
}

/** The seats of sessions that are over, as they are stored. One that may yet tell why stays, unless something is owed. */
async function leaving(context: Context): Promise<readonly [string, Seat][]> {
  const held = Object.entries(await heldSeats(context));
  const { session } = await context.store.read();
  const owners = currentOwners(session);
  const awaited = awaitingReason(session, context.ports.now());
  return held.filter(
    ([owner, { gone, marks }]) =>
      !owners.includes(owner) && (owner !== awaited || gone === true || marks?.purge),
  );
}

async function isAwaited({ store, ports }: Context, owner: string): Promise<boolean> {
  return awaitingReason((await store.read()).session, ports.now()) === owner;
}

/** Mozilla accounts has said the same: such a session is never honoured again. */
async function isOver({ store }: Context, reason: string): Promise<boolean> {
  const base = settled((await store.read()).session);
  return base.status !== 'signedIn' && base.ended?.reason === reason;
}

/** Waits as long again as it was tried in vain, an hour at most; where nothing is owed, or for too long, it is given up. */
async function postpone(context: Context, owner: string): Promise<void> {
  const now = context.ports.now();
  const { marks } = (await heldSeats(context))[owner] ?? {};
  if (!marks?.purge || isOld(context, marks)) return dropSeat(context, owner);
  const { since = now } = marks.farewell ?? {};
  const notBefore = now + Math.min(60 * MINUTE, Math.max(MINUTE, now - since));
  return markSeat(context, owner, (known) => ({ ...known, farewell: { since, notBefore } }));
}

/** A clock that was wrong keeps nobody waiting. */
function waitMs({ ports }: Context, marks: Seat['marks']): number {
  const left = (marks?.farewell?.notBefore ?? 0) - ports.now();
  return left > 60 * MINUTE ? 0 : Math.max(0, left);
}

function isOld({ ports }: Context, marks: Seat['marks']): boolean {
  return ports.now() - (marks?.farewell?.since ?? ports.now()) > LONGEST_MS;
}
