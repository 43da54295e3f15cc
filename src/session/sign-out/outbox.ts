// Destroys unused grants and access tokens at Mozilla accounts, retrying until the server confirms.
import { destroyAccessToken, destroyGrant } from '../../fxa/destroy.ts';
import { isFxaError, type FxaErrorCode } from '../../fxa/errors.ts';
import type { Context } from '../context.ts';
import { afterFailure, isDue, type RetryPlan } from '../retry-plan.ts';
import { currentOwners, orphans, type CachedToken, type Revocation } from '../state/record.ts';
import { nextHandovers, handOver } from './companion-handover.ts';
import { pruneOutbox } from './outbox-entries.ts';
import { ALARMS, LOCKS } from '../state/storage-items.ts';

/** Chromium's shortest alarm delay. */
const FIRST_DELAY_MS = 30_000;
const WAITS = { rest: 0, first: FIRST_DELAY_MS, longest: 6 * 3_600_000 };

/** An item due this soon is handled now, to save an alarm. */
const ALMOST_DUE_MS = 10_000;

/** Errors that the next item would meet too, so the pass stops. */
const BLOCKING_CODES: readonly FxaErrorCode[] = ['offline', 'server_unavailable', 'rate_limited'];

/** Makes one pass over everything due, after any pass already running. Errors don't escape; they postpone the item. */
export async function drainOutbox(context: Context): Promise<void> {
  await context.ports.locks.exclusive(LOCKS.outbox, async () => {
    await context.store.update((record) => pruneOutbox(record, context.ports.now()));
    // Set the alarm first: if the background dies during this pass, the next one is already scheduled.
    if ((await pendingItems(context)).length + (await nextHandovers(context)).length > 0)
      await context.ports.alarms.set(ALARMS.outbox, context.ports.now() + FIRST_DELAY_MS);
    await handOver(context, WAITS);
    for (const item of await pendingItems(context)) {
      if (!isDue(item, WAITS, context.ports.now() + ALMOST_DUE_MS)) continue;
      if ((await destroy(context, item)) === 'blocked') break;
    }
    await scheduleNext(context);
  });
}

/** An unused grant or access token. */
type Item = RetryPlan & ({ readonly grant: Revocation } | { readonly token: CachedToken });

async function pendingItems(context: Context): Promise<readonly Item[]> {
  // Read tokens before owners: an owner that is over stays over, but older owners would orphan newer tokens.
  const tokens = await context.store.tokens();
  const { outbox, session } = await context.store.read();
  const owners = currentOwners(session);
  // Tokens of another server wait for a build for that server.
  const isOurs = ({ issuer }: { readonly issuer: string }) => issuer === context.config.issuer;
  // Grants first: they live longer than any token.
  return [
    ...outbox
      .filter(isOurs)
      .filter(({ owner }) => !(owner !== undefined && owners.includes(owner)))
      .map((grant) => ({ grant, ...planOf(grant) })),
    ...orphans(tokens.filter(isOurs), owners).map((token) => ({ token, ...planOf(token) })),
  ];
}

const planOf = ({ notBefore = 0, attempts = 0 }: Pick<CachedToken, 'notBefore' | 'attempts'>): RetryPlan => ({
  notBefore,
  failures: attempts,
});

async function destroy(context: Context, item: Item): Promise<'done' | 'postponed' | 'blocked'> {
  try {
    const http = context.http();
    const deployment = await context.deployment(http);
    // "unknown" counts as destroyed.
    if ('grant' in item) {
      await destroyGrant(deployment, { refreshTokenId: item.grant.refreshTokenId }, http);
    } else {
      // Even if it has expired by our clock, which may be wrong.
      await destroyAccessToken(deployment, item.token.token, http);
    }
    await replace(context, item, undefined);
    return 'done';
  } catch (error) {
    await replace(context, item, afterFailure(context.ports, item, WAITS, error));
    return isFxaError(error) && BLOCKING_CODES.includes(error.code) ? 'blocked' : 'postponed';
  }
}

/** Removes the item, or postpones it. */
async function replace({ store }: Context, item: Item, plan: RetryPlan | undefined): Promise<void> {
  const later = plan ? [{ notBefore: plan.notBefore, attempts: plan.failures }] : [];
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

async function scheduleNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const plans = [...(await pendingItems(context)), ...(await nextHandovers(context))];
  if (plans.length === 0) return alarms.clear(ALARMS.outbox);
  const instants = plans.map((plan) => (isDue(plan, WAITS, now()) ? 0 : plan.notBefore));
  return alarms.set(ALARMS.outbox, Math.max(now() + FIRST_DELAY_MS, Math.min(...instants)));
}
