// Destroys at Mozilla accounts what nobody uses any more, and keeps trying until it is confirmed dead.
import { nextTry } from '../../fxa/back-off.ts';
import { destroyAccessToken, destroyGrant } from '../../fxa/destroy.ts';
import { isFxaError, type FxaErrorCode } from '../../fxa/errors.ts';
import type { Context } from '../context.ts';
import { currentOwners, orphans, type CachedToken, type Revocation } from '../state/record.ts';
import { nextHandovers, handOver } from './companion-handover.ts';
import { pruneOutbox } from './outbox-entries.ts';

export const OUTBOX_ALARM = 'fxa:outbox';

/** Chromium wakes nobody sooner than this. */
const FIRST_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 6 * 3_600_000;
const WAITS = { first: FIRST_DELAY_MS, longest: LONGEST_DELAY_MS };

/** What is due so soon is done now: the next alarm would come for it alone. */
const ALMOST_DUE_MS = 10_000;

/** Faults of the whole way to the server: what comes next in line would meet the same. */
const BLOCKING_CODES: readonly FxaErrorCode[] = ['offline', 'server_unavailable', 'rate_limited'];

/** One pass over everything that is due, after any pass that is under way. A fault never escapes, it only postpones. */
export async function drainOutbox(context: Context): Promise<void> {
  await context.ports.locks.exclusive('fxa:outbox', async () => {
    await context.store.update((record) => pruneOutbox(record, context.ports.now()));
    // The alarm comes first: if this pass dies half-way, the next one is already on its way.
    if ((await pendingItems(context)).length + (await nextHandovers(context)).length > 0)
      await context.ports.alarms.set(OUTBOX_ALARM, context.ports.now() + FIRST_DELAY_MS);
    await handOver(context);
    for (const item of await pendingItems(context)) {
      if (!isDue(item.notBefore, context.ports.now() + ALMOST_DUE_MS)) continue;
      if ((await destroy(context, item)) === 'blocked') break;
    }
    await scheduleNext(context);
  });
}

/** A grant or an access token nobody uses any more. */
type Item = { readonly notBefore: number; readonly attempts: number } & (
  { readonly grant: Revocation } | { readonly token: CachedToken }
);

async function pendingItems(context: Context): Promise<readonly Item[]> {
  // Tokens first: an owner that is over stays over, but one read too early would make orphans of what came since.
  const tokens = await context.store.tokens();
  const { outbox, session } = await context.store.read();
  const owners = currentOwners(session);
  // What another server gave waits for a build that is for it.
  const isOurs = ({ issuer }: { readonly issuer: string }) => issuer === context.config.issuer;
  // Grants first: they outlive any token.
  return [
    ...outbox
      .filter(isOurs)
      .filter(({ owner }) => !(owner !== undefined && owners.includes(owner)))
      .map((grant) => ({ grant, notBefore: grant.notBefore, attempts: grant.attempts })),
    ...orphans(tokens.filter(isOurs), owners).map((token) => ({
      token,
      notBefore: token.notBefore ?? 0,
      attempts: token.attempts ?? 0,
    })),
  ];
}

async function destroy(context: Context, item: Item): Promise<'done' | 'postponed' | 'blocked'> {
  const { ports } = context;
  try {
    const http = context.http();
    const deployment = await context.deployment(http);
    // "unknown" is as good as "destroyed": it is not there.
    if ('grant' in item) {
      await destroyGrant(deployment, { refreshTokenId: item.grant.refreshTokenId }, http);
    } else {
      // Also when it has expired by our clock, which proves nothing.
      await destroyAccessToken(deployment, item.token.token, http);
    }
    await replace(context, item, undefined);
    return 'done';
  } catch (error) {
    const retryAfter = isFxaError(error) ? error.retryAfter : undefined;
    await replace(context, item, ports.now() + nextTry(WAITS, item.attempts, ports.random(), retryAfter));
    return isFxaError(error) && BLOCKING_CODES.includes(error.code) ? 'blocked' : 'postponed';
  }
}

/** Takes the item out, or postpones it to an instant. */
async function replace({ store }: Context, item: Item, notBefore: number | undefined): Promise<void> {
  const later = notBefore === undefined ? [] : [{ notBefore, attempts: item.attempts + 1 }];
  if ('token' in item) {
    const { token: id } = item.token;
    await store.updateTokens((tokens) =>
      tokens.flatMap((held) => (held.token === id ? later.map((next) => ({ ...held, ...next })) : [held])),
    );
    return;
  }
  const { refreshTokenId: id } = item.grant;
  await store.update(
    (record) => ({
      ...record,
      outbox: record.outbox.flatMap((entry) =>
        entry.refreshTokenId === id ? later.map((next) => ({ ...entry, ...next })) : [entry],
      ),
    }),
    { orInMemory: true },
  );
}

/** An instant further away than any delay was set by a clock that has been put right since. Pure. */
export function isDue(notBefore: number, now: number): boolean {
  return notBefore <= now || notBefore > now + 2 * LONGEST_DELAY_MS;
}

async function scheduleNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const due = (await pendingItems(context)).map(({ notBefore }) => (isDue(notBefore, now()) ? 0 : notBefore));
  const instants = [...due, ...(await nextHandovers(context))];
  if (instants.length === 0) return alarms.clear(OUTBOX_ALARM);
  return alarms.set(OUTBOX_ALARM, Math.max(now() + FIRST_DELAY_MS, Math.min(...instants)));
}
