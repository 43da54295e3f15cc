// The companion sessions this browser holds, by the session they belong to: sealed like any secret, on disk or in memory.
// What is yet to be settled about counts stays with the seat it was counted under: nobody else's can settle it.
import type { MetricsEvent } from '../../contract/companion.ts';
import type { Context } from '../context.ts';
import { isSessionOnly } from '../tokens/secret-store.ts';
import type { Hint } from '../state/states.ts';

/** In `storage.local`, or in `storage.session` where secrets are to end with the browser. */
const KEY = 'companion';
const LOCK = 'fxa:companionSeats';

export interface Seat {
  /** What is shown to the companion. */
  readonly session: string;
  /** The companion it was bought at: another one is never shown it. */
  readonly origin: string;
  /** The server whose account it is about. Absent in seats of earlier versions. */
  readonly issuer?: string;
  /** The last state that was acted on; absent until there was one. */
  readonly revision?: number;
  readonly etag?: string;
  readonly marks?: Marks;
  /**
   * The companion says that it is none any more: it is shown again only to have counts forgotten, and after a new password
   * also to hear whether the account was deleted since.
   */
  readonly gone?: true | 'password_changed';
}

/** What is to be settled about counts before the seat is given up. */
export interface Marks {
  /** Counts were sent with it. */
  readonly sent?: true;
  /** The companion has yet to forget them: the person has said no since. */
  readonly purge?: true;
  /** What waited when the session ended: sent once, or never. */
  readonly last?: readonly MetricsEvent[];
  /** Since when leaving was tried in vain, and not before which instant it is again; milliseconds. */
  readonly farewell?: { readonly since: number; readonly notBefore: number };
}

/** As it is stored: `session` sealed on disk, plain in memory. */
type Seats = Readonly<Record<string, Seat>>;

/** The seat of a session; undefined also when its key is gone or cannot be had: a new one is soon bought. */
export async function seatOf(context: Context, owner: string): Promise<Seat | undefined> {
  const seat = await lastSeatOf(context, owner);
  return seat?.gone ? undefined : seat;
}

/** The same, whatever the companion has said of it. */
export async function lastSeatOf({ ports }: Context, owner: string): Promise<Seat | undefined> {
  const plain = (await seats(ports.memory))[owner];
  if (plain) return plain;
  const sealed = (await seats(ports.local))[owner];
  const session = sealed && (await ports.vault.open(sealed.session).catch(() => undefined));
  return session === undefined ? undefined : ({ ...sealed, session } as Seat);
}

/** What is held, of living sessions or not; what is shown to the companion may be sealed. */
export async function heldSeats({ ports }: Pick<Context, 'ports'>): Promise<Seats> {
  return { ...(await seats(ports.local)), ...(await seats(ports.memory)) };
}

/** The marks stay what they are, unless it was bought at another companion. */
export async function keepSeat(context: Context, owner: string, { marks: _, ...seat }: Seat): Promise<void> {
  const { ports, config } = context;
  const sealed = (await isSessionOnly(context))
    ? undefined
    : await ports.vault.seal(seat.session).catch(() => undefined);
  await ports.locks.exclusive(LOCK, async () => {
    const { [owner]: known } = await heldSeats(context);
    const marked = {
      issuer: config.issuer,
      ...seat,
      ...(known?.origin === seat.origin && known.marks && { marks: known.marks }),
    };
    // What is owed to somebody else is owed all the same.
    const others = (held: Seats) => {
      const { [owner]: old } = held;
      const owed = old?.marks?.purge && old.origin !== seat.origin;
      return owed ? { ...without(held, owner), [`${owner} ${old.origin}`]: old } : without(held, owner);
    };
    await change(ports.memory, (held) =>
      sealed === undefined ? { ...others(held), [owner]: marked } : others(held),
    );
    await change(ports.local, (held) =>
      sealed === undefined ? others(held) : { ...others(held), [owner]: { ...marked, session: sealed } },
    );
  });
}

/** Changes the marks of all seats, or of one; the same object writes nothing. */
export async function markSeats(
  { ports }: Pick<Context, 'ports'>,
  mark: (marks: Marks, owner: string) => Marks,
): Promise<void> {
  const marked = (held: Seats) => {
    const changed = Object.entries(held).flatMap(([owner, { marks: before = NONE, ...seat }]) => {
      const after = mark(before, owner);
      return after === before ? [] : [[owner, { ...seat, marks: after }]];
    });
    return changed.length === 0 ? held : { ...held, ...(Object.fromEntries(changed) as Seats) };
  };
  await ports.locks.exclusive(LOCK, async () => {
    await change(ports.memory, marked);
    await change(ports.local, marked);
  });
}

export function markSeat(
  context: Pick<Context, 'ports'>,
  owner: string,
  mark: (marks: Marks) => Marks,
): Promise<void> {
  return markSeats(context, (marks, one) => (one === owner ? mark(marks) : marks));
}

export async function dropSeat({ ports }: Context, owner: string): Promise<void> {
  await ports.locks.exclusive(LOCK, async () => {
    await change(ports.memory, (held) => without(held, owner));
    await change(ports.local, (held) => without(held, owner));
  });
}

/** The companion says that it is none any more: what is to be settled waits for the next one that is bought. */
export async function vacateSeat({ ports }: Context, owner: string, why?: Hint): Promise<void> {
  const gone: NonNullable<Seat['gone']> = why === 'password_changed' ? why : true;
  const vacated = (held: Seats) => {
    const { [owner]: seat } = held;
    if (!seat || (gone === true && !seat.marks)) return without(held, owner);
    return { ...held, [owner]: { ...seat, gone } };
  };
  await ports.locks.exclusive(LOCK, async () => {
    await change(ports.memory, vacated);
    await change(ports.local, vacated);
  });
}

const NONE: Marks = {};

const seats = async (area: Context['ports']['local']) => ((await area.get(KEY)) ?? {}) as Seats;

function without(held: Seats, owner: string): Seats {
  if (!(owner in held)) return held;
  return Object.fromEntries(Object.entries(held).filter(([id]) => id !== owner));
}

async function change(area: Context['ports']['local'], next: (held: Seats) => Seats): Promise<void> {
  const before = await seats(area);
  const after = next(before);
  if (after !== before) await area.set({ [KEY]: after });
}

/** Takes seats from the disk where nothing secret is to lie there any more. */
export async function obeySeats(context: Context): Promise<void> {
  if (!(await isSessionOnly(context))) return;
  for (const owner of Object.keys(await seats(context.ports.local))) {
    const seat = await lastSeatOf(context, owner);
    await (seat ? keepSeat(context, owner, seat) : dropSeat(context, owner));
  }
}
