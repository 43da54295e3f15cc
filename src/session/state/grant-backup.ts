// The ids of grants, kept beside the record. When the browser loses the record, they say that somebody was signed in, and they
// are what destroys the grant; but only when it is sure that nothing names them any more.
import type { Context } from '../context.ts';
import type { BackedUpGrant } from '../ports.ts';
import type { StoredRecord } from './record.ts';
import { revocation } from '../sign-out/outbox-entries.ts';
import { liveSession } from './states.ts';
import type { StateChange } from './store.ts';

/** Held while a grant is in the backup and not yet in the record, and while the two are compared. */
const LOCK = 'fxa:grantBackup';
/** In `storage.session`: they have been compared since the browser started. */
const COMPARED = 'grantsCompared';

/** A record that cannot be found once may be found again, or be restored. */
const STARTS_BEFORE_DESTROYED = 2;

/** Writes a grant into the backup before `write` writes it into the record: there is no moment at which only the record has it. */
export function withBackup<T>(context: Context, refreshTokenId: string, write: () => Promise<T>): Promise<T> {
  const { grantBackup, locks } = context.ports;
  const grant: BackedUpGrant = { refreshTokenId, issuer: context.config.issuer };
  return locks.exclusive(LOCK, async () => {
    await orUndefined(grantBackup.change((grants) => [...without(grants, [refreshTokenId]), grant]));
    return write();
  });
}

/** Takes out a grant that is destroyed and was never in the record. */
export async function forgetBackup({ ports }: Context, refreshTokenId: string): Promise<void> {
  await orUndefined(ports.grantBackup.change((grants) => without(grants, [refreshTokenId])));
}

/** To be called when a change of the record is written. What it no longer names was taken out of it knowingly. */
export async function updateBackup(
  { ports }: Pick<Context, 'ports'>,
  { before, after }: StateChange,
): Promise<void> {
  const [was, is] = [grantsOf(before), grantsOf(after)];
  const gone = [...was.keys()].filter((id) => !is.has(id));
  const changed = [...is.values()].filter(({ refreshTokenId: id, live }) => was.get(id)?.live !== live);
  if (gone.length + changed.length === 0) return;
  const ids = changed.map(({ refreshTokenId }) => refreshTokenId);
  await orUndefined(
    ports.grantBackup.change((grants) => [...without(grants, [...gone, ...ids]), ...changed]),
  );
}

/** What is in the backup; none where the browser keeps none. */
export async function readBackup({ ports }: Pick<Context, 'ports'>): Promise<readonly BackedUpGrant[]> {
  return (await orUndefined(ports.grantBackup.read())) ?? [];
}

/** Tells the store what is missing where storage is empty though grants are in the backup. To be called at each start. */
export async function detectLostRecord(context: Context, now: number): Promise<void> {
  const grants = await readBackup(context);
  if (grants.length === 0) return;
  const since = grants.map(({ missing }) => missing?.since ?? now);
  context.store.setMissingRecord({ at: Math.min(...since), signedIn: grants.some(({ live }) => live) });
}

/**
 * Compares the backup with the record, once in each run of the browser. What the record does not name at the second such start
 * goes into the outbox; what it names is in the backup from now on, also where an earlier version signed in.
 *
 * @throws FxaError when the record cannot be read: nothing is counted then, and nothing destroyed.
 */
export async function compareBackup(context: Context, now: number): Promise<void> {
  const { ports, store } = context;
  if (await ports.memory.get(COMPARED)) return;
  await ports.locks.exclusive(LOCK, async () => {
    const named = grantsOf(await store.read());
    // Before anything is counted: a start that is interrupted must not count twice.
    await ports.memory.set({ [COMPARED]: true });
    let after: readonly BackedUpGrant[] = [];
    const compared = ports.grantBackup.change((grants) => {
      const unnamed = grants.filter(({ refreshTokenId }) => !named.has(refreshTokenId));
      after = [...named.values(), ...unnamed.map((grant) => countMissing(grant, now))];
      return after;
    });
    // What could not be written down was not counted.
    if (!(await orUndefined(compared.then(() => true)))) return;
    await destroyMissing(context, after);
  });
}

function countMissing(grant: BackedUpGrant, now: number): BackedUpGrant {
  const { starts, since } = grant.missing ?? { starts: 0, since: now };
  return { ...grant, missing: { starts: starts + 1, since } };
}

async function destroyMissing(context: Context, grants: readonly BackedUpGrant[]): Promise<void> {
  const lost = grants.filter(({ missing }) => missing && missing.starts >= STARTS_BEFORE_DESTROYED);
  if (lost.length === 0) return;
  await context.store.update((record) => {
    // It may have come back in this very moment.
    const named = grantsOf(record);
    const entries = lost
      .filter(({ refreshTokenId }) => !named.has(refreshTokenId))
      .map(({ refreshTokenId, issuer }) => ({ ...revocation(context, refreshTokenId), issuer }));
    return entries.length === 0 ? record : { ...record, outbox: [...record.outbox, ...entries] };
  });
}

/** The grants a record names, by id. Pure. */
function grantsOf({ session, outbox, deployment }: StoredRecord): ReadonlyMap<string, BackedUpGrant> {
  const grants = new Map<string, BackedUpGrant>();
  for (const { refreshTokenId, issuer } of outbox) grants.set(refreshTokenId, { refreshTokenId, issuer });
  const live = liveSession(session);
  if (live) {
    const { refreshTokenId } = live.grant;
    const [issuer = ''] = deployment.split(' ');
    grants.set(refreshTokenId, { refreshTokenId, issuer, live: true });
  }
  return grants;
}

function without(grants: readonly BackedUpGrant[], ids: readonly string[]): readonly BackedUpGrant[] {
  return grants.filter(({ refreshTokenId }) => !ids.includes(refreshTokenId));
}

/** A browser that keeps no database has no backup, and all goes on without. */
async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}
