// Destroys unused grants and access tokens at Mozilla accounts, retrying until the server confirms it, the companion has
// taken over, or an entry has expired (outbox-entries.ts). A grant whose token is lost can't be revoked, and is dropped.
import { destroyAccessToken, destroyGrant } from '../../fxa/destroy.ts';
import { followsStandards } from '../../fxa/environments.ts';
import { isFxaError, type FxaErrorCode } from '../../fxa/errors.ts';
import { atDeployment, type Context } from '../context.ts';
import { afterFailure, isDue, type RetryPlan } from '../retry-plan.ts';
import { currentOwners, noteInJournal, type CachedToken, type Revocation } from '../state/record.ts';
import type { Session } from '../state/states.ts';
import { deleteOrphanedSecrets, openRevokingToken } from '../tokens/secret-store.ts';
import { NO_OWNER } from '../tokens/token-cache.ts';
import { nextHandovers, handOver } from './companion-handover.ts';
import { isInUse, isKnown, mayShareGrant, pruneOutbox, waitsForSession } from './outbox-entries.ts';
import { ALARMS, LOCKS } from '../state/storage-items.ts';

/** Chromium's shortest alarm delay. */
const FIRST_DELAY_MS = 30_000;
const WAITS_MS = { rest: 0, first: FIRST_DELAY_MS, longest: 6 * 3_600_000 };

/** An item due this soon is handled now, to save an alarm. */
const ALMOST_DUE_MS = 10_000;

/** Errors that the next item would get too, so the pass stops. */
const BLOCKING_CODES: readonly FxaErrorCode[] = ['offline', 'server_unavailable', 'rate_limited'];

/** Makes one pass over everything due, after any pass already running. Errors don't escape; they postpone the item. */
export async function drainOutbox(context: Context): Promise<void> {
  await context.ports.locks.exclusive(LOCKS.outbox, async () => {
    await context.store.update((record) => pruneOutbox(record, context.ports.now()));
    // Set the alarm first: if the background dies during this pass, the next one is already scheduled.
    if ((await pendingItems(context)).length + (await nextHandovers(context)).length > 0)
      await context.ports.alarms.set(ALARMS.outbox, context.ports.now() + FIRST_DELAY_MS);
    await handOver(context, WAITS_MS);
    for (const item of await pendingItems(context)) {
      if (!isDue(item, WAITS_MS, context.ports.now() + ALMOST_DUE_MS)) continue;
      if (!(await destroy(context, item))) break;
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
      .filter((entry) => isOurs(entry) && isKnown(entry) && !isInUse(entry, owners))
      .map((grant) => ({ grant, ...planOf(grant) })),
    ...tokens
      .filter((token) => isOurs(token) && !owners.includes(token.owner))
      .map((token) => ({ token, ...planOf(token) })),
  ].filter((item) => !mustWait(session, item));
}

/** Whether it waits for the session to end. */
function mustWait(session: Session, item: Item): boolean {
  if ('grant' in item) return waitsForSession(session, item.grant);
  return item.token.owner !== NO_OWNER && mayShareGrant(session);
}

const planOf = ({ notBefore = 0, attempts = 0 }: Pick<CachedToken, 'notBefore' | 'attempts'>): RetryPlan => ({
  notBefore,
  failures: attempts,
});

/** Destroys or postpones the item. Resolves with false when the next one would fail too. */
async function destroy(context: Context, item: Item): Promise<boolean> {
  const isRevokedByToken = 'grant' in item && item.grant.revokedByToken !== undefined;
  const work = async () => {
    try {
      if (await destroyAtServer(context, item)) await removeOrPostpone(context, item, undefined);
      if (isRevokedByToken) await deleteOrphanedSecrets(context);
      return true;
    } catch (error) {
      await removeOrPostpone(context, item, afterFailure(context.ports, item, WAITS_MS, error));
      return !isFxaError(error) || !BLOCKING_CODES.includes(error.code);
    }
  };
  // One at a time with refreshes: an ended session's refresh may still put the next token into the outbox.
  return isRevokedByToken ? context.ports.locks.exclusive(LOCKS.refresh, work) : work();
}

/** Resolves with whether the item is finished; not when it has to wait, was replaced, or can't be revoked any more. */
async function destroyAtServer(context: Context, item: Item): Promise<boolean> {
  const { outbox, session } = await context.store.read();
  // A sign-in may have completed since this pass began.
  if (mustWait(session, item)) return false;
  // "unknown" and "accepted" count as destroyed; an access token even if it has expired by our clock, which may be wrong.
  if ('token' in item) {
    const { token, owner } = item.token;
    await atDeployment(context, async (deployment, http) => {
      // Elsewhere than at FxA this may end the whole grant (RFC 7009, section 2.1), which a session still uses. Where
      // nothing can be revoked, the token expires by itself.
      const mayEndLiveGrant = followsStandards(deployment) && owner === NO_OWNER;
      if (!mayEndLiveGrant && deployment.endpoints.destroy !== undefined)
        await destroyAccessToken(deployment, token, http);
    });
    return true;
  }
  const { refreshTokenId, revokedByToken } = item.grant;
  if (!outbox.some((entry) => entry.refreshTokenId === refreshTokenId)) return false;
  const refreshToken = revokedByToken && (await openRevokingToken(context, item.grant));
  if (revokedByToken && refreshToken === undefined) {
    await dropLostGrant(context, refreshTokenId);
    return false;
  }
  const grant = refreshToken === undefined ? { refreshTokenId } : { refreshToken };
  await atDeployment(context, (deployment, http) => destroyGrant(deployment, grant, http), item.grant);
  return true;
}

/** The token that revokes the grant is lost; the grant ends when the server forgets it. The journal counts them. */
async function dropLostGrant({ store, ports }: Context, refreshTokenId: string): Promise<void> {
  await store.update((record) => {
    const outbox = record.outbox.filter((entry) => entry.refreshTokenId !== refreshTokenId);
    return noteInJournal({ ...record, outbox }, 'revocations_lost', ports.now());
  });
}

/** Removes the item, or postpones it. */
async function removeOrPostpone({ store }: Context, item: Item, plan: RetryPlan | undefined): Promise<void> {
  const postponed = plan ? [{ notBefore: plan.notBefore, attempts: plan.failures }] : [];
  if ('token' in item) {
    const { token: id } = item.token;
    await store.updateTokens((tokens) =>
      tokens.flatMap((cached) =>
        cached.token === id ? postponed.map((next) => ({ ...cached, ...next })) : [cached],
      ),
    );
    return;
  }
  const { refreshTokenId: id } = item.grant;
  await store.update(
    (record) => ({
      ...record,
      outbox: record.outbox.flatMap((entry) =>
        entry.refreshTokenId === id ? postponed.map((next) => ({ ...entry, ...next })) : [entry],
      ),
    }),
    { orInMemory: true },
  );
}

async function scheduleNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const plans = [...(await pendingItems(context)), ...(await nextHandovers(context))];
  if (plans.length === 0) return alarms.clear(ALARMS.outbox);
  const instants = plans.map((plan) => (isDue(plan, WAITS_MS, now()) ? 0 : plan.notBefore));
  return alarms.set(ALARMS.outbox, Math.max(now() + FIRST_DELAY_MS, Math.min(...instants)));
}
