// Stores companion sessions by the session they belong to, sealed like any secret, on disk or in memory. Each also
// keeps the metrics obligations it alone can meet: only the companion session that uploaded counts can have them
// deleted.
import type { MetricsEvent } from '../../contract/companion.ts';
import type { Context } from '../context.ts';
import { isSessionOnly } from '../tokens/secret-store.ts';
import type { SuspectedEnd } from '../state/states.ts';
import { LOCAL, LOCKS } from '../state/storage-items.ts';

/** In `storage.local`, or in `storage.session` where secrets are to end with the browser. */
const KEY = LOCAL.companionSessions;

export interface CompanionSession {
  /** The bearer token. */
  readonly session: string;
  /** The companion that issued it; it is never sent to another. */
  readonly origin: string;
  /** The server the account is at. Absent in records of earlier versions. */
  readonly issuer?: string;
  /** The last revision acted on; absent before the first. */
  readonly revision?: number;
  readonly etag?: string;
  readonly marks?: MetricsObligations;
  /**
   * The companion rejected it. It is sent again only to have counts deleted and, after a password change, to learn
   * whether the account was deleted too.
   */
  readonly gone?: true | 'password_changed';
}

/** What has to be done about counts before the companion session can be deleted. */
export interface MetricsObligations {
  /** Counts were uploaded with it. */
  readonly sent?: true;
  /** The companion has yet to delete them, because the user opted out since. */
  readonly purge?: true;
  /** Counts still queued when the session ended; uploaded at most once. */
  readonly last?: readonly MetricsEvent[];
  /** Since when the handover has been failing, and the earliest next try; milliseconds. */
  readonly farewell?: { readonly since: number; readonly notBefore: number };
}

/** As stored, by owner: `session` is sealed on disk, plain in memory. */
type CompanionSessions = Readonly<Record<string, CompanionSession>>;

/**
 * The companion session of a session; undefined also when it was rejected or can't be unsealed: a new one will be
 * created.
 */
export async function getCompanionSession(
  context: Context,
  owner: string,
): Promise<CompanionSession | undefined> {
  const companionSession = await getAnyCompanionSession(context, owner);
  return companionSession?.gone ? undefined : companionSession;
}

/** Like `getCompanionSession`, also when the companion has rejected it. */
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

/** All stored companion sessions, also of ended sessions; `session` may be sealed. */
export async function listCompanionSessions({ ports }: Pick<Context, 'ports'>): Promise<CompanionSessions> {
  return { ...(await readSessions(ports.local)), ...(await readSessions(ports.memory)) };
}

/** Saves a companion session. Keeps the stored obligations, unless they are to another companion. */
export async function saveCompanionSession(
  context: Context,
  owner: string,
  { marks: _, ...companionSession }: CompanionSession,
): Promise<void> {
  const { ports, config } = context;
  const sealed = (await isSessionOnly(context))
    ? undefined
    : await ports.vault.seal(companionSession.session).catch(() => undefined);
  await ports.locks.exclusive(LOCKS.companionSessions, async () => {
    const { [owner]: known } = await listCompanionSessions(context);
    const updated = {
      issuer: config.issuer,
      ...companionSession,
      ...(known?.origin === companionSession.origin && known.marks && { marks: known.marks }),
    };
    // A deletion still pending at another companion is kept under a key of its own.
    const others = (held: CompanionSessions) => {
      const { [owner]: old } = held;
      const pending = old?.marks?.purge && old.origin !== companionSession.origin;
      return pending ? { ...without(held, owner), [`${owner} ${old.origin}`]: old } : without(held, owner);
    };
    await change(ports.memory, (held) =>
      sealed === undefined ? { ...others(held), [owner]: updated } : others(held),
    );
    await change(ports.local, (held) =>
      sealed === undefined ? others(held) : { ...others(held), [owner]: { ...updated, session: sealed } },
    );
  });
}

/** Changes the obligations of every stored companion session; returning the same object writes nothing. */
export async function updateAllObligations(
  { ports }: Pick<Context, 'ports'>,
  mark: (marks: MetricsObligations, owner: string) => MetricsObligations,
): Promise<void> {
  const updated = (held: CompanionSessions) => {
    const changed = Object.entries(held).flatMap(([owner, { marks: before = NONE, ...companionSession }]) => {
      const after = mark(before, owner);
      return after === before ? [] : [[owner, { ...companionSession, marks: after }]];
    });
    return changed.length === 0 ? held : { ...held, ...(Object.fromEntries(changed) as CompanionSessions) };
  };
  await ports.locks.exclusive(LOCKS.companionSessions, async () => {
    await change(ports.memory, updated);
    await change(ports.local, updated);
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
  await ports.locks.exclusive(LOCKS.companionSessions, async () => {
    await change(ports.memory, (held) => without(held, owner));
    await change(ports.local, (held) => without(held, owner));
  });
}

/**
 * Notes that the companion rejected it. Deletes it if no obligations remain; otherwise they wait for the next session.
 */
export async function invalidateCompanionSession(
  { ports }: Context,
  owner: string,
  why?: SuspectedEnd,
): Promise<void> {
  const gone: NonNullable<CompanionSession['gone']> = why === 'password_changed' ? why : true;
  const invalidated = (held: CompanionSessions) => {
    const { [owner]: companionSession } = held;
    if (!companionSession || (gone === true && !companionSession.marks)) return without(held, owner);
    return { ...held, [owner]: { ...companionSession, gone } };
  };
  await ports.locks.exclusive(LOCKS.companionSessions, async () => {
    await change(ports.memory, invalidated);
    await change(ports.local, invalidated);
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

/** Moves companion sessions from disk to memory when sessions have to end with the browser. */
export async function moveCompanionSessionsToMemory(context: Context): Promise<void> {
  if (!(await isSessionOnly(context))) return;
  for (const owner of Object.keys(await readSessions(context.ports.local))) {
    const companionSession = await getAnyCompanionSession(context, owner);
    await (companionSession
      ? saveCompanionSession(context, owner, companionSession)
      : deleteCompanionSession(context, owner));
  }
}
