// Backs up what destroys grants outside the record. If the browser loses the record, it tells that there was a sign-in
// and allows its grant to be destroyed, once it is certain that the record won't come back.
import type { Context } from '../context.ts';
import type { BackedUpGrant } from '../ports.ts';
import type { Revocation, StoredRecord } from './record.ts';
import { revocableGrant, revocation } from '../sign-out/outbox-entries.ts';
import { liveSession } from './states.ts';
import type { StateChange } from './store.ts';
import { LOCKS, MEMORY } from './storage-items.ts';

/** A record that is missing once may reappear, or be restored. */
const STARTS_BEFORE_DESTROYED = 2;

/** Backs up a grant before `write` adds it to the record, so that it is never in the record alone. */
export function withBackup<T>(context: Context, entry: Revocation, write: () => Promise<T>): Promise<T> {
  const { grantBackup, locks } = context.ports;
  const grant = backedUp(entry);
  return locks.exclusive(LOCKS.grantBackup, async () => {
    await orUndefined(grantBackup.change((grants) => [...without(grants, [grant.refreshTokenId]), grant]));
    return write();
  });
}

/** Removes a destroyed grant that was never in the record. */
export async function forgetBackup({ ports }: Context, refreshTokenId: string): Promise<void> {
  await orUndefined(ports.grantBackup.change((grants) => without(grants, [refreshTokenId])));
}

/**
 * Brings the backup up to date. Call after each write of the record: grants it no longer names were removed on purpose.
 */
export async function updateBackup(
  { ports }: Pick<Context, 'ports'>,
  { before, after }: StateChange,
): Promise<void> {
  const [was, is] = [grantsOf(before), grantsOf(after)];
  const removed = [...was.keys()].filter((id) => !is.has(id));
  const changed = [...is.values()].filter((grant) => !isSame(grant, was.get(grant.refreshTokenId)));
  if (removed.length + changed.length === 0) return;
  const ids = [...removed, ...changed.map(({ refreshTokenId }) => refreshTokenId)];
  await orUndefined(ports.grantBackup.change((grants) => [...without(grants, ids), ...changed]));
}

/** The backup; empty where the browser can't keep one. */
export async function readBackup({ ports }: Pick<Context, 'ports'>): Promise<readonly BackedUpGrant[]> {
  return (await orUndefined(ports.grantBackup.read())) ?? [];
}

/** Tells the store that a missing record counts as lost, if grants are backed up. Call at each start. */
export async function detectLostRecord(context: Context, now: number): Promise<void> {
  const grants = await readBackup(context);
  if (grants.length === 0) return;
  const since = grants.map(({ missing }) => missing?.since ?? now);
  context.store.setMissingRecord({ at: Math.min(...since), signedIn: grants.some(({ live }) => live) });
}

/**
 * Compares the backup with the record, once per run of the browser. Grants the record doesn't name at the second such
 * start go into the outbox. Grants it names are backed up, also those from versions without a backup.
 *
 * @throws FxaError when the record can't be read; nothing is counted or destroyed then.
 */
export async function compareBackup(context: Context, now: number): Promise<void> {
  const { ports, store } = context;
  if (await ports.memory.get(MEMORY.grantsCompared)) return;
  await ports.locks.exclusive(LOCKS.grantBackup, async () => {
    const named = grantsOf(await store.read());
    // Set before counting: an interrupted start must not count twice.
    await ports.memory.set({ [MEMORY.grantsCompared]: true });
    let unnamed: readonly BackedUpGrant[] = [];
    const compared = ports.grantBackup.change((grants) => {
      unnamed = grants
        .filter(({ refreshTokenId }) => !named.has(refreshTokenId))
        .map(({ missing: { starts, since } = { starts: 0, since: now }, ...grant }) => ({
          ...grant,
          missing: { starts: starts + 1, since },
        }));
      return [...named.values(), ...unnamed];
    });
    // If the backup can't be written, this start doesn't count.
    if (await orUndefined(compared.then(() => true))) await destroyMissing(context, unnamed);
  });
}

async function destroyMissing(context: Context, grants: readonly BackedUpGrant[]): Promise<void> {
  const lost = grants.filter(({ missing }) => missing && missing.starts >= STARTS_BEFORE_DESTROYED);
  if (lost.length === 0) return;
  await context.store.update((record) => {
    // The record may have reappeared just now.
    const named = grantsOf(record);
    const entries = lost
      .filter(({ refreshTokenId }) => !named.has(refreshTokenId))
      .map((grant) => revocation(backedUp(grant), context.ports.now()));
    return entries.length === 0 ? record : { ...record, outbox: [...record.outbox, ...entries] };
  });
}

/** The grants a record names, by id. Pure. */
function grantsOf({ session, outbox, deployment }: StoredRecord): ReadonlyMap<string, BackedUpGrant> {
  const grants = new Map<string, BackedUpGrant>();
  for (const entry of outbox) grants.set(entry.refreshTokenId, backedUp(entry));
  const live = liveSession(session);
  if (live) {
    const [issuer = ''] = deployment.split(' ');
    grants.set(live.grant.refreshTokenId, { ...revocableGrant(live.grant), issuer, live: true });
  }
  return grants;
}

/** Only what this version knows of a grant: an outbox entry with other members would wait for the version that does. */
export function backedUp({ refreshTokenId, issuer, revokedByToken }: BackedUpGrant): BackedUpGrant {
  return { refreshTokenId, issuer, ...(revokedByToken && { revokedByToken }) };
}

function isSame(one: BackedUpGrant, other: BackedUpGrant | undefined): boolean {
  return (
    one.live === other?.live && JSON.stringify(one.revokedByToken) === JSON.stringify(other?.revokedByToken)
  );
}

function without(grants: readonly BackedUpGrant[], ids: readonly string[]): readonly BackedUpGrant[] {
  return grants.filter(({ refreshTokenId }) => !ids.includes(refreshTokenId));
}

/** Ignores errors: a browser without databases has no backup, and everything works without one. */
async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}
