// Hands ended sessions over to the companion, which destroys their grants and keeps trying until that succeeds, and
// deletes their counts after an opt-out.
import { FxaError } from '../../fxa/errors.ts';
import { companionApi } from '../companion/client.ts';
import { unexplainedSessionId } from '../companion/end-reason.ts';
import {
  deleteCompanionSession,
  getAnyCompanionSession,
  listCompanionSessions,
  updateCompanionSession,
  type CompanionSession,
} from '../companion/session-store.ts';
import type { Context } from '../context.ts';
import { readQueue } from '../metrics/queue.ts';
import { afterFailure, isDue, NEVER_TRIED, type Waits, type RetryPlan } from '../retry-plan.ts';
import { currentOwners } from '../state/record.ts';
import { isKnown } from './outbox-entries.ts';

/** The companion's limit for one request. */
const MAX_IDS = 20;

/** A deletion of counts is given up after that many failures in a row: in about a week. */
const MAX_FAILURES = 30;

/**
 * Hands over what is due. Grants the companion accepts leave the outbox; the others stay and are destroyed from here.
 * Never rejects because of the companion.
 */
export async function handOver(context: Context, waits: Waits): Promise<void> {
  for (const [owner, one] of await endedSessions(context)) {
    if (isDue(one.retry ?? NEVER_TRIED, waits, context.ports.now()))
      await endCompanionSession(context, waits, owner, one);
  }
}

async function endCompanionSession(
  context: Context,
  waits: Waits,
  owner: string,
  { origin, issuer, retry = NEVER_TRIED }: CompanionSession,
): Promise<void> {
  const { store, ports, config } = context;
  const isForeign = origin !== config.companion?.origin || (issuer ?? config.issuer) !== config.issuer;
  if (isForeign) return deleteCompanionSession(context, owner);
  const forget = (await readQueue(context)).deletionPending.includes(owner);
  const companionSession = await getAnyCompanionSession(context, owner);
  const ids = (await store.read()).outbox
    // Where only the token itself revokes a grant, the companion has nothing to revoke it with.
    .filter(
      (entry) =>
        entry.session === owner &&
        entry.issuer === config.issuer &&
        entry.revokedByToken === undefined &&
        isKnown(entry),
    )
    .map(({ refreshTokenId }) => refreshTokenId)
    .slice(0, companionSession ? MAX_IDS : 0);
  try {
    // Its key may be available again later.
    if (!companionSession) throw new FxaError('storage_unavailable', 'The companion session is sealed.');
    if (await companionApi(origin, context.http()).end(companionSession.session, ids, forget)) {
      await store.update((record) => ({
        ...record,
        outbox: record.outbox.filter(({ refreshTokenId }) => !ids.includes(refreshTokenId)),
      }));
    }
  } catch (error) {
    const next = afterFailure(ports, retry, waits, error);
    if (forget && next.failures < MAX_FAILURES)
      return updateCompanionSession(context, owner, (known) => ({ ...known, retry: next }));
    // With nothing to hand over it can be dropped; the companion's own session expires.
    if (!forget && ids.length > 0) return;
  }
  await deleteCompanionSession(context, owner);
}

/** The plans of handovers that have a deletion to request; the others go with the grants of their session. */
export async function nextHandovers(context: Context): Promise<readonly RetryPlan[]> {
  const { deletionPending } = await readQueue(context);
  return (await endedSessions(context))
    .filter(([owner]) => deletionPending.includes(owner))
    .map(([, { retry }]) => retry ?? NEVER_TRIED);
}

/** Companion sessions of ended sessions, as stored; without one that may still tell why. */
async function endedSessions(context: Context): Promise<readonly [string, CompanionSession][]> {
  const { session } = await context.store.read();
  const owners = currentOwners(session);
  const unexplained = unexplainedSessionId(session, context.ports.now());
  return Object.entries(await listCompanionSessions(context)).filter(
    ([owner, { gone }]) => !owners.includes(owner) && (owner !== unexplained || gone === true),
  );
}
