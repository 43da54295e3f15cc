// Stores companion sessions by the session they belong to, sealed like any secret, on disk or in memory.
import type { Context } from '../context.ts';
import { readQueue } from '../metrics/queue.ts';
import type { Area } from '../ports.ts';
import type { RetryPlan } from '../retry-plan.ts';
import type { SuspectedEnd } from '../state/states.ts';
import { LOCAL, LOCKS } from '../state/storage-items.ts';
import { isSessionOnly } from '../tokens/secret-store.ts';

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
  /**
   * The companion rejected it. It is sent again only to have counts deleted and, after a password change, to learn
   * whether the account was deleted too.
   */
  readonly gone?: true | 'password_changed';
  /** When to try again to hand it over. */
  readonly retry?: RetryPlan;
}

/** As stored, by owner: `session` is sealed on disk, plain in memory. */
type CompanionSessions = Readonly<Record<string, CompanionSession>>;

/**
 * The companion session of a session, at this build's companion; undefined also when it was rejected or can't be
 * unsealed: a new one will be created.
 */
export async function getCompanionSession(
  context: Context,
  owner: string,
): Promise<CompanionSession | undefined> {
  const found = await getAnyCompanionSession(context, owner);
  return found?.gone || found?.origin !== context.config.companion?.origin ? undefined : found;
}

/** Like `getCompanionSession`, also when it was rejected or is another companion's. */
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

/**
 * Saves the companion session of an owner: sealed on disk, or in memory where sessions end with the browser or can't
 * be sealed.
 */
export async function saveCompanionSession(
  context: Context,
  owner: string,
  companionSession: CompanionSession,
): Promise<void> {
  const { ports, config } = context;
  const plain = { issuer: config.issuer, ...companionSession };
  const sealed = (await isSessionOnly(context))
    ? undefined
    : await ports.vault.seal(plain.session).catch(() => undefined);
  await ports.locks.exclusive(LOCKS.companionSessions, async () => {
    const [home, other] = sealed === undefined ? [ports.memory, ports.local] : [ports.local, ports.memory];
    const stored = { ...plain, session: sealed ?? plain.session };
    await home.set({ [KEY]: { ...(await readSessions(home)), [owner]: stored } });
    await change(other, owner, () => undefined);
  });
}

/** Changes a stored companion session; undefined deletes it, and returning the same object writes nothing. */
export async function updateCompanionSession(
  { ports }: Pick<Context, 'ports'>,
  owner: string,
  next: (known: CompanionSession) => CompanionSession | undefined,
): Promise<void> {
  await ports.locks.exclusive(LOCKS.companionSessions, async () => {
    await change(ports.memory, owner, next);
    await change(ports.local, owner, next);
  });
}

/** Deletes the companion session of an owner, wherever it is stored. */
export function deleteCompanionSession(context: Context, owner: string): Promise<void> {
  return updateCompanionSession(context, owner, () => undefined);
}

/** Notes that the companion rejected it, and deletes it unless it can still serve. */
export async function invalidateCompanionSession(
  context: Context,
  owner: string,
  why: SuspectedEnd | undefined,
): Promise<void> {
  const { sent, deletionPending } = await readQueue(context);
  const hasCounts = sent.length > 0 || deletionPending.includes(owner);
  await updateCompanionSession(context, owner, (known) => {
    const gone = why === 'password_changed' ? why : hasCounts || undefined;
    return gone && (known.gone === gone ? known : { ...known, gone });
  });
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

const readSessions = async (area: Area) => ((await area.get(KEY)) ?? {}) as CompanionSessions;

async function change(
  area: Area,
  owner: string,
  next: (known: CompanionSession) => CompanionSession | undefined,
): Promise<void> {
  const { [owner]: known, ...others } = await readSessions(area);
  const after = known && next(known);
  if (after !== known) await area.set({ [KEY]: after ? { ...others, [owner]: after } : others });
}
