// The companion sessions this browser holds, by the session they belong to: sealed like any secret, on disk or in memory.
// What is yet to be settled about counts stays with the seat it was counted under: nobody else's can settle it.
import type { MetricsEvent } from '../../contract/companion.ts';
import type { Context } from '../context.ts';
import { isSessionOnly } from '../tokens/secret-store.ts';
import type { SuspectedEnd } from '../state/states.ts';

/** In `storage.local`, or in `storage.session` where secrets are to end with the browser. */
const KEY = 'companion';
const LOCK = 'fxa:companionSeats';

export interface CompanionSession {
  /** What is shown to the companion. */
  readonly session: string;
  /** The companion it was bought at: another one is never shown it. */
  readonly origin: string;
  /** The server whose account it is about. Absent in seats of earlier versions. */
  readonly issuer?: string;
  /** The last state that was acted on; absent until there was one. */
  readonly revision?: number;
  readonly etag?: string;
  readonly marks?: MetricsObligations;
  /**
   * The companion says that it is none any more: it is shown again only to have counts forgotten, and after a new password
   * also to hear whether the account was deleted since.
   */
  readonly gone?: true | 'password_changed';
}

/** What is to be settled about counts before the seat is given up. */
export interface MetricsObligations {
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
type CompanionSessions = Readonly<Record<string, CompanionSession>>;

/** The seat of a session; undefined also when its key is gone or cannot be had: a new one is soon bought. */
export async function getCompanionSession(
  context: Context,
  owner: string,
): Promise<CompanionSession | undefined> {
  const companionSession = await getAnyCompanionSession(context, owner);
  return companionSession?.gone ? undefined : companionSession;
}

/** The same, whatever the companion has said of it. */
export async function getAnyCompanionSession(
  { ports }: Context,
  owner: string,
): Promise<CompanionSession | undefined> {
  const plain = (await readSessions(ports.memory))[owner];
  if (plain) return plain;
  const sealed = (await readSessions(ports.local))[owner];
  const session = sealed && (await ports.vault.open(sealed.session).catch(() => undefined));
  return session === undefined ? undefined : ({ ...sealed, session } as CompanionSession);
}

/** What is held, of living sessions or not; what is shown to the companion may be sealed. */
export async function listCompanionSessions({ ports }: Pick<Context, 'ports'>): Promise<CompanionSessions> {
  return { ...(await readSessions(ports.local)), ...(await readSessions(ports.memory)) };
}

/** The marks stay what they are, unless it was bought at another companion. */
export async function saveCompanionSession(
  context: Context,
  owner: string,
  { marks: _, ...companionSession }: CompanionSession,
): Promise<void> {
  const { ports, config } = context;
  const sealed = (await isSessionOnly(context))
    ? undefined
    : await ports.vault.seal(companionSession.session).catch(() => undefined);
  await ports.locks.exclusive(LOCK, async () => {
    const { [owner]: known } = await listCompanionSessions(context);
    const marked = {
      issuer: config.issuer,
      ...companionSession,
      ...(known?.origin === companionSession.origin && known.marks && { marks: known.marks }),
    };
    // What is owed to somebody else is owed all the same.
    const others = (held: CompanionSessions) => {
      const { [owner]: old } = held;
      const owed = old?.marks?.purge && old.origin !== companionSession.origin;
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
export async function updateAllObligations(
  { ports }: Pick<Context, 'ports'>,
  mark: (marks: MetricsObligations, owner: string) => MetricsObligations,
): Promise<void> {
  const marked = (held: CompanionSessions) => {
    const changed = Object.entries(held).flatMap(([owner, { marks: before = NONE, ...companionSession }]) => {
      const after = mark(before, owner);
      return after === before ? [] : [[owner, { ...companionSession, marks: after }]];
    });
    return changed.length === 0 ? held : { ...held, ...(Object.fromEntries(changed) as CompanionSessions) };
  };
  await ports.locks.exclusive(LOCK, async () => {
    await change(ports.memory, marked);
    await change(ports.local, marked);
  });
}

export function updateObligations(
  context: Pick<Context, 'ports'>,
  owner: string,
  mark: (marks: MetricsObligations) => MetricsObligations,
): Promise<void> {
  return updateAllObligations(context, (marks, one) => (one === owner ? mark(marks) : marks));
}

export async function deleteCompanionSession({ ports }: Context, owner: string): Promise<void> {
  await ports.locks.exclusive(LOCK, async () => {
    await change(ports.memory, (held) => without(held, owner));
    await change(ports.local, (held) => without(held, owner));
  });
}

/** The companion says that it is none any more: what is to be settled waits for the next one that is bought. */
export async function invalidateCompanionSession(
  { ports }: Context,
  owner: string,
  why?: SuspectedEnd,
): Promise<void> {
  const gone: NonNullable<CompanionSession['gone']> = why === 'password_changed' ? why : true;
  const vacated = (held: CompanionSessions) => {
    const { [owner]: companionSession } = held;
    if (!companionSession || (gone === true && !companionSession.marks)) return without(held, owner);
    return { ...held, [owner]: { ...companionSession, gone } };
  };
  await ports.locks.exclusive(LOCK, async () => {
    await change(ports.memory, vacated);
    await change(ports.local, vacated);
  });
}

const NONE: MetricsObligations = {};

const readSessions = async (area: Context['ports']['local']) =>
  ((await area.get(KEY)) ?? {}) as CompanionSessions;

function without(held: CompanionSessions, owner: string): CompanionSessions {
  if (!(owner in held)) return held;
  return Object.fromEntries(Object.entries(held).filter(([id]) => id !== owner));
}

async function change(
  area: Context['ports']['local'],
  next: (held: CompanionSessions) => CompanionSessions,
): Promise<void> {
  const before = await readSessions(area);
  const after = next(before);
  if (after !== before) await area.set({ [KEY]: after });
}

/** Takes seats from the disk where nothing secret is to lie there any more. */
export async function moveCompanionSessionsToMemory(context: Context): Promise<void> {
  if (!(await isSessionOnly(context))) return;
  for (const owner of Object.keys(await readSessions(context.ports.local))) {
    const companionSession = await getAnyCompanionSession(context, owner);
    await (companionSession
      ? saveCompanionSession(context, owner, companionSession)
      : deleteCompanionSession(context, owner));
  }
}
