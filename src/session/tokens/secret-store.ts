// The secrets of a session: sealed in the record, or in `storage.session` when they end with the browser.
import { possibleGrantIds } from '../../fxa/tokens.ts';
import { currentSession, type Context } from '../context.ts';
import type { RecoveredGrant } from '../sign-out/outbox-entries.ts';
import { currentOwners, type Revocation } from '../state/record.ts';
import { liveSession, type SealedSecrets, type SignedIn, type StoredGrant } from '../state/states.ts';
import { LOCKS, MEMORY } from '../state/storage-items.ts';

interface Secrets {
  readonly refreshToken: string;
  /** Scoped keys, as JSON. */
  readonly keys?: string;
}
/** By attempt or session; they also name the server that issued them. */
type SecretsInMemory = Readonly<Record<string, Secrets & { readonly issuer: string }>>;

const readMemory = async ({ memory }: Context['ports']) =>
  ((await memory.get(MEMORY.secrets)) ?? {}) as SecretsInMemory;

/** Whether sessions end with the browser, by the user's choice or by policy. */
export async function isSessionOnly({ store, ports }: Context): Promise<boolean> {
  return (await store.read()).settings.sessionOnly || (await ports.policy()).sessionOnly;
}

/** What the record says about where the secrets are. */
export type SecretLocation = Pick<StoredGrant, 'sealed' | 'keyNotKept'>;

/** Seals the secrets, or stores them in memory. The result goes into the record. */
export async function saveSecrets(
  context: Context,
  owner: string,
  secrets: Secrets,
): Promise<SecretLocation> {
  const sessionOnly = await isSessionOnly(context);
  const sealed = sessionOnly ? undefined : await seal(context, secrets);
  if (sealed) return { sealed };
  const { issuer } = context.config;
  await change(context, (all) => ({ ...all, [owner]: { ...secrets, issuer } }));
  return sessionOnly ? {} : { keyNotKept: true };
}

/**
 * Stores another refresh token where the session's secrets are: a setting or policy that can't be read now must not
 * move it. Only where it can't be sealed any more does it go into memory.
 */
export async function replaceRefreshToken(
  context: Context,
  owner: string,
  { sealed, keyNotKept }: SecretLocation,
  refreshToken: string,
): Promise<SecretLocation> {
  const next = sealed && (await seal(context, { refreshToken }));
  if (next) return { sealed: { ...sealed, ...next } };
  const { issuer } = context.config;
  await change(context, (all) => ({ ...all, [owner]: { ...all[owner], refreshToken, issuer } }));
  return sealed || keyNotKept ? { keyNotKept: true } : {};
}

/** Undefined where the browser keeps no key (IndexedDB off): the session ends with the browser then. */
async function seal(
  { ports: { vault } }: Context,
  { refreshToken, keys }: Secrets,
): Promise<SealedSecrets | undefined> {
  try {
    return {
      refreshToken: await vault.seal(refreshToken),
      ...(keys !== undefined && { keys: await vault.seal(keys) }),
    };
  } catch {
    return undefined;
  }
}

/** A secret of the live session; undefined when it is lost or there never was one (keys). */
export async function openSecret(
  { ports, config }: Context,
  { id, grant }: SignedIn,
  which: keyof Secrets,
): Promise<string | undefined> {
  if (!grant.sealed) {
    const inMemory = (await readMemory(ports))[id];
    return inMemory?.issuer === config.issuer ? inMemory[which] : undefined;
  }
  const sealed = grant.sealed[which];
  return sealed === undefined ? undefined : ports.vault.open(sealed);
}

/** Why the refresh token is missing. */
export function lossReason({ sealed, keyNotKept }: StoredGrant) {
  if (sealed) return 'key_lost';
  return keyNotKept ? 'keys_not_kept' : 'session_only';
}

/**
 * Moves the live session's secrets off the disk if sessions end with the browser. Only the user's choice moves them
 * back: a policy that momentarily can't be read must not write them to disk.
 */
export async function enforceSessionOnly(context: Context): Promise<void> {
  if (await isSessionOnly(context)) await moveSecrets(context);
}

/** Moves the live session's secrets to where the settings want them; one move at a time. */
export async function moveSecrets(context: Context): Promise<void> {
  await context.ports.locks.exclusive(LOCKS.moveSecrets, async () => {
    const live = await currentSession(context);
    if (!live) return;
    const { sealed, keyNotKept } = live.grant;
    if ((await isSessionOnly(context)) ? !sealed && !keyNotKept : sealed) return;
    const refreshToken = await openSecret(context, live, 'refreshToken');
    // A lost token is noticed and reported when it is next needed.
    if (refreshToken === undefined) return;
    const keys = await openSecret(context, live, 'keys');
    const kept = await saveSecrets(context, live.id, { refreshToken, ...(keys !== undefined && { keys }) });
    const { after } = await context.store.dispatch({ type: 'secretsMoved', sessionId: live.id, ...kept });
    // Remove the copies in memory: the secrets are on disk now, or the session has ended meanwhile.
    if (kept.sealed || liveSession(after.session)?.id !== live.id) await deleteSecrets(context, live.id);
  });
}

/** Deletes the secrets of a session from memory; a token that revokes its grant stays. */
export function deleteSecrets(context: Context, sessionId: string): Promise<void> {
  return change(context, async (all) => {
    const { outbox } = await context.store.read();
    return filtered(all, outbox, (owner) => owner !== sessionId);
  });
}

/** Deletes the secrets of ended attempts and sessions from memory; tokens that revoke grants stay. */
export async function deleteOrphanedSecrets(context: Context): Promise<void> {
  await change(context, async (all) => {
    const { session, outbox } = await context.store.read();
    const current = currentOwners(session);
    return filtered(all, outbox, (owner) => current.includes(owner));
  });
}

function filtered(
  all: SecretsInMemory,
  outbox: readonly Revocation[],
  keep: (owner: string) => boolean,
): SecretsInMemory {
  const toRevoke = outbox
    .filter(({ revokedByToken }) => revokedByToken && revokedByToken.sealed === undefined)
    .map(ownerOf);
  const kept = Object.entries(all).flatMap(([owner, secrets]) => {
    if (keep(owner)) return [[owner, secrets] as const];
    const { keys, ...token } = secrets;
    return toRevoke.includes(owner) ? [[owner, token] as const] : [];
  });
  return JSON.stringify(kept) === JSON.stringify(Object.entries(all)) ? all : Object.fromEntries(kept);
}

/** Whose secrets in memory hold the token of an entry. */
const ownerOf = ({ session, owner = '' }: Revocation) => session ?? owner;

/** The refresh token that revokes an ended grant; undefined when it is lost. */
export async function openRevokingToken({ ports }: Context, entry: Revocation): Promise<string | undefined> {
  const { revokedByToken, issuer } = entry;
  if (revokedByToken?.sealed !== undefined) return ports.vault.open(revokedByToken.sealed);
  const inMemory = (await readMemory(ports))[ownerOf(entry)];
  return inMemory?.issuer === issuer ? inMemory.refreshToken : undefined;
}

/** The grants of all tokens in memory, each under every id that a record or backup may name it by. */
export async function grantsInMemory({ ports }: Context): Promise<readonly (readonly RecoveredGrant[])[]> {
  return Promise.all(
    Object.entries(await readMemory(ports)).map(async ([session, { refreshToken, issuer }]) =>
      (await possibleGrantIds(refreshToken)).map(({ refreshTokenId, dialect }) => ({
        refreshTokenId,
        issuer,
        session,
        ...(dialect && { revokedByToken: {} }),
      })),
    ),
  );
}

async function change(
  { ports }: Context,
  next: (all: SecretsInMemory) => SecretsInMemory | Promise<SecretsInMemory>,
): Promise<void> {
  await ports.locks.exclusive(LOCKS.secrets, async () => {
    const before = await readMemory(ports);
    const after = await next(before);
    if (after !== before) await ports.memory.set({ [MEMORY.secrets]: after });
  });
}

/** Whether the browser can seal something and open it again. Never rejects. */
export async function keepsKeys({ vault }: Context['ports']): Promise<boolean> {
  try {
    return (await vault.open(await vault.seal('probe'))) === 'probe';
  } catch {
    return false;
  }
}
