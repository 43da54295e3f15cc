// Destroys at Mozilla accounts what nobody uses any more, and keeps trying until it is confirmed dead.
import { destroyAccessToken, destroyGrant } from '../fxa/destroy.ts';
import { isFxaError } from '../fxa/errors.ts';
import type { Context } from './context.ts';
import { currentOwners, type Revocation } from './record.ts';
import { orphans } from './tokens.ts';

export const OUTBOX_ALARM = 'fxa:outbox';

/** Chromium wakes nobody sooner than this. */
const FIRST_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 6 * 3_600_000;

/** One pass over everything that is due. One context at a time; a fault never escapes, it only postpones. */
export async function drain(context: Context): Promise<void> {
  await context.ports.locks.ifFree('fxa:outbox', async () => {
    if (!(await hasWork(context))) return;
    // The alarm comes first: if this pass dies half-way, the next one is already on its way.
    await context.ports.alarms.set(OUTBOX_ALARM, context.ports.now() + FIRST_DELAY_MS);
    await destroyOrphanTokens(context);
    await destroyGrants(context);
    await scheduleNext(context);
  });
}

async function destroyGrants(context: Context): Promise<void> {
  const { ports, store } = context;
  const http = context.http();
  const { outbox, session } = await store.read();
  const owners = currentOwners(session);
  for (const entry of outbox) {
    if (inUse(entry, owners) || entry.notBefore > ports.now()) continue;
    try {
      const deployment = await context.deployment(http);
      // "unknown" is as good as "destroyed": the grant is not there.
      await destroyGrant(deployment, { refreshTokenId: entry.refreshTokenId }, http);
      await store.update((record) => ({
        ...record,
        outbox: record.outbox.filter((other) => !same(other, entry)),
      }));
    } catch (error) {
      const retryAfter = isFxaError(error) ? error.retryAfter : undefined;
      const next = postponed(entry, ports.now(), ports.random(), retryAfter);
      await store.update((record) => ({
        ...record,
        outbox: record.outbox.map((other) => (same(other, entry) ? next : other)),
      }));
    }
  }
}

async function destroyOrphanTokens(context: Context): Promise<void> {
  const { store, ports } = context;
  const http = context.http();
  const { session } = await store.read();
  for (const orphan of orphans(await store.tokens(), currentOwners(session))) {
    try {
      if (orphan.expiresAt > ports.now()) {
        await destroyAccessToken(await context.deployment(http), orphan.token, http);
      }
      await store.updateTokens((tokens) => tokens.filter(({ token }) => token !== orphan.token));
    } catch {
      // It stays where it is; the next pass, or its expiry, ends it.
    }
  }
}

/** Seconds of `retryAfter` are obeyed; otherwise the delay doubles, with jitter so that clients do not come in step. Pure. */
export function postponed(entry: Revocation, now: number, random: number, retryAfter = 0): Revocation {
  const backOff = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** entry.attempts);
  const delay = Math.max(retryAfter * 1000, backOff) * (1 + random / 4);
  return { ...entry, attempts: entry.attempts + 1, notBefore: now + delay };
}

async function hasWork(context: Context): Promise<boolean> {
  const { outbox, session } = await context.store.read();
  const owners = currentOwners(session);
  return (
    outbox.some((entry) => !inUse(entry, owners)) || orphans(await context.store.tokens(), owners).length > 0
  );
}

async function scheduleNext(context: Context): Promise<void> {
  const { ports, store } = context;
  if (!(await hasWork(context))) {
    await ports.alarms.clear(OUTBOX_ALARM);
    return;
  }
  const soonest = ports.now() + FIRST_DELAY_MS;
  const { outbox, session } = await store.read();
  const tokensWait = orphans(await store.tokens(), currentOwners(session)).length > 0;
  const due = tokensWait ? soonest : Math.min(...outbox.map(({ notBefore }) => notBefore));
  await ports.alarms.set(OUTBOX_ALARM, Math.max(soonest, due));
}

function inUse(entry: Revocation, owners: readonly string[]): boolean {
  return entry.owner !== undefined && owners.includes(entry.owner);
}

function same(a: Revocation, b: Revocation): boolean {
  return a.refreshTokenId === b.refreshTokenId;
}
