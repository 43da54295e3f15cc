// The secrets of a session: sealed in the record, or, where they are to end with the browser, in `storage.session`.
import type { Context } from '../context.ts';
import { currentOwners } from '../state/record.ts';
import { liveSession, type SealedSecrets, type SignedIn, type StoredGrant } from '../state/states.ts';

/** In `storage.session`: secrets by the session they belong to. */
const KEY = 'secrets';
const LOCK = 'fxa:secrets';

export interface Secrets {
  readonly refreshToken: string;
  /** Scoped keys, as JSON. */
  readonly keys?: string;
}
/** What lies in memory also says which server gave it. */
type HeldSecrets = Readonly<Record<string, Secrets & { readonly issuer: string }>>;

/** Whether sessions are to end with the browser: the person has chosen so, or whoever administers the browser has. */
export async function isSessionOnly({ store, ports }: Context): Promise<boolean> {
  return (await store.read()).settings.sessionOnly || (await ports.policy()).sessionOnly;
}

/** What the record holds of where the secrets are. */
export type SecretLocation = Pick<StoredGrant, 'sealed' | 'notKept'>;

/** Keeps the secrets where they belong. What is returned goes into the record. */
export async function saveSecrets(
  context: Context,
  owner: string,
  secrets: Secrets,
): Promise<SecretLocation> {
  const sessionOnly = await isSessionOnly(context);
  const sealed = sessionOnly ? undefined : await seal(context, secrets);
  if (sealed) return { sealed };
  const { issuer } = context.config;
  await change(context, (held) => ({ ...held, [owner]: { ...secrets, issuer } }));
  return sessionOnly ? {} : { notKept: true };
}

/** Undefined where the browser refuses to keep a key (IndexedDB off): a session that ends with it is better than none. */
async function seal({ ports }: Context, secrets: Secrets): Promise<SealedSecrets | undefined> {
  const { vault } = ports;
  try {
    return {
      refreshToken: await vault.seal(secrets.refreshToken),
      ...(secrets.keys !== undefined && { keys: await vault.seal(secrets.keys) }),
    };
  } catch {
    return undefined;
  }
}

/** The secret of the live session; undefined when it is lost, or when there never was one (keys). */
export async function openSecret(
  { ports, config }: Context,
  { id, grant }: SignedIn,
  which: keyof Secrets,
): Promise<string | undefined> {
  if (!grant.sealed) {
    const held = ((await ports.memory.get(KEY)) as HeldSecrets | undefined)?.[id];
    return held?.issuer === config.issuer ? held[which] : undefined;
  }
  const sealed = grant.sealed[which];
  return sealed === undefined ? undefined : ports.vault.open(sealed);
}

/** What it means that the refresh token is not to be had. */
export function lossReason({ sealed, notKept }: StoredGrant): 'key_lost' | 'keys_not_kept' | 'session_only' {
  if (sealed) return 'key_lost';
  return notKept ? 'keys_not_kept' : 'session_only';
}

/** Seals the secrets of a live session that could not be sealed before, where the browser keeps keys by now. */
export async function sealUnsealed(context: Context): Promise<void> {
  if (liveSession((await context.store.read()).session)?.grant.notKept) await moveSecrets(context);
}

/**
 * Takes the secrets of the live session from the disk, where that is wished now. The other way they go by a person's choice
 * only: a policy that cannot be read for once is no reason to write them down.
 */
export async function enforceSessionOnly(context: Context): Promise<void> {
  if (await isSessionOnly(context)) await moveSecrets(context);
}

/** Moves the secrets of the live session to where they are wished now; one move at a time, or they would cross. */
export async function moveSecrets(context: Context): Promise<void> {
  await context.ports.locks.exclusive('fxa:moveSecrets', async () => {
    const live = liveSession((await context.store.read()).session);
    if (!live) return;
    const { sealed: before, notKept } = live.grant;
    if ((await isSessionOnly(context)) ? !before && !notKept : before) return;
    const refreshToken = await openSecret(context, live, 'refreshToken');
    // That it is lost is found, and said, when it is needed.
    if (refreshToken === undefined) return;
    const keys = await openSecret(context, live, 'keys');
    const kept = await saveSecrets(context, live.id, { refreshToken, ...(keys !== undefined && { keys }) });
    const { after } = await context.store.dispatch({ type: 'secretsMoved', sessionId: live.id, ...kept });
    // Nothing is to stay in memory: they lie on the disk now, or the session has ended meanwhile.
    if (kept.sealed || liveSession(after.session)?.id !== live.id) await deleteSecrets(context, [live.id]);
  });
}

/** Drops the secrets of these sessions. */
export function deleteSecrets(context: Context, owners: readonly string[]): Promise<void> {
  return change(context, (held) => filtered(held, (owner) => !owners.includes(owner)));
}

/** Drops the secrets of attempts and sessions that are over. */
export async function deleteOrphanedSecrets(context: Context): Promise<void> {
  await change(context, async (held) => {
    const current = currentOwners((await context.store.read()).session);
    return filtered(held, (owner) => current.includes(owner));
  });
}

function filtered(held: HeldSecrets, keep: (owner: string) => boolean): HeldSecrets {
  const kept = Object.entries(held).filter(([owner]) => keep(owner));
  return kept.length === Object.keys(held).length ? held : Object.fromEntries(kept);
}

async function change(
  { ports }: Context,
  next: (held: HeldSecrets) => HeldSecrets | Promise<HeldSecrets>,
): Promise<void> {
  await ports.locks.exclusive(LOCK, async () => {
    const before = ((await ports.memory.get(KEY)) ?? {}) as HeldSecrets;
    const after = await next(before);
    if (after !== before) await ports.memory.set({ [KEY]: after });
  });
}

/** Whether something can be sealed here, and opened again. Never rejects. */
export async function keepsKeys({ vault }: Context['ports']): Promise<boolean> {
  const probe = 'probe';
  try {
    return (await vault.open(await vault.seal(probe))) === probe;
  } catch {
    return false;
  }
}
