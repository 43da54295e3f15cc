// The companion sessions this browser holds, by the session they belong to: sealed like any secret, on disk or in memory.
import type { Context } from './context.ts';
import { isSessionOnly } from './secrets.ts';

/** In `storage.local`, or in `storage.session` where secrets are to end with the browser. */
const KEY = 'companion';
const LOCK = 'fxa:companionSeats';

export interface Seat {
  /** What is shown to the companion. */
  readonly session: string;
  /** The companion it was bought at: another one is never shown it. */
  readonly origin: string;
  /** The last state that was acted on; absent until there was one. */
  readonly revision?: number;
  readonly etag?: string;
}

/** As it is stored: `session` sealed on disk, plain in memory. */
type Seats = Readonly<Record<string, Seat>>;

/** The seat of a session; undefined also when its key is gone or cannot be had: a new one is soon bought. */
export async function seatOf({ ports }: Context, owner: string): Promise<Seat | undefined> {
  const plain = (await seats(ports.memory))[owner];
  if (plain) return plain;
  const sealed = (await seats(ports.local))[owner];
  const session = sealed && (await ports.vault.open(sealed.session).catch(() => undefined));
  return session === undefined ? undefined : ({ ...sealed, session } as Seat);
}

/** Whose seats are held, living or not. */
export async function seatOwners({ ports }: Context): Promise<readonly string[]> {
  return [...Object.keys(await seats(ports.memory)), ...Object.keys(await seats(ports.local))];
}

export async function keepSeat(context: Context, owner: string, seat: Seat): Promise<void> {
  const { ports } = context;
  const sealed = (await isSessionOnly(context))
    ? undefined
    : await ports.vault.seal(seat.session).catch(() => undefined);
  await ports.locks.exclusive(LOCK, async () => {
    await change(ports.memory, (held) =>
      sealed === undefined ? { ...held, [owner]: seat } : without(held, owner),
    );
    await change(ports.local, (held) =>
      sealed === undefined ? without(held, owner) : { ...held, [owner]: { ...seat, session: sealed } },
    );
  });
}

export async function dropSeat({ ports }: Context, owner: string): Promise<void> {
  await ports.locks.exclusive(LOCK, async () => {
    await change(ports.memory, (held) => without(held, owner));
    await change(ports.local, (held) => without(held, owner));
  });
}

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
    const seat = await seatOf(context, owner);
    await (seat ? keepSeat(context, owner, seat) : dropSeat(context, owner));
  }
}
