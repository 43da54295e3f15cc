// Hands ended sessions over to the companion, which destroys their grants and keeps trying until that succeeds.
import { isFxaError } from '../../fxa/errors.ts';
import { companionApi } from '../companion/client.ts';
import {
  deleteCompanionSession,
  listCompanionSessions,
  getAnyCompanionSession,
  updateObligations,
  type CompanionSession,
} from '../companion/session-store.ts';
import type { Context } from '../context.ts';
import { deleteUploadedCounts, uploadLastBatch } from '../metrics/upload.ts';
import { unexplainedSessionId } from '../companion/end-reason.ts';
import { currentOwners } from '../state/record.ts';
import { baseState } from '../state/states.ts';

/** The companion's limit for one request. */
const MAX_IDS = 20;

/** How long the companion keeps an ended session. */
const LONGEST_MS = 30 * 86_400_000;
const MINUTE = 60_000;

/**
 * Hands over what is due. Grants the companion accepts leave the outbox; the others stay and are destroyed from here. A
 * companion session whose counts have to be deleted is kept until they are, because no other can delete them. Never
 * rejects because of the companion.
 */
export async function handOver(context: Context): Promise<void> {
  const { store, ports, config } = context;
  for (const [owner, { origin, issuer = config.issuer, marks }] of await endedSessions(context)) {
    if (origin !== config.companion?.origin || issuer !== config.issuer) {
      // A build for that companion may still need it.
      await postpone(context, owner);
      continue;
    }
    if (waitMs(context, marks) > 0) continue;
    const companionSession = await getAnyCompanionSession(context, owner);
    if (!companionSession) {
      // Its key may be available again later.
      await postpone(context, owner);
      continue;
    }
    const { outbox } = await store.read();
    const ids = outbox
      .filter((entry) => entry.session === owner && entry.issuer === config.issuer)
      .map(({ refreshTokenId }) => refreshTokenId)
      .slice(0, MAX_IDS);
    try {
      const api = companionApi(companionSession.origin, context.http());
      const rejection = await deleteUploadedCounts(context, owner, companionSession, api);
      if (rejection && !(await isOver(context, rejection.rejected))) {
        await postpone(context, owner);
        continue;
      }
      if (await isAwaited(context, owner)) {
        // Keep it: it may still tell why the session ended. No deletion is pending any more.
        await updateObligations(context, owner, ({ purge: _, ...rest }) => rest);
        continue;
      }
      await uploadLastBatch(context, owner, companionSession, api);
      const accepted = await api.end(companionSession.session, ids);
      if (accepted) {
        await store.update((record) => ({
          ...record,
          outbox: record.outbox.filter(({ refreshTokenId }) => !ids.includes(refreshTokenId)),
        }));
      }
      await deleteCompanionSession(context, owner);
    } catch (error) {
      if (!isFxaError(error)) ports.report(error);
      // With no grant to hand over it can be dropped; the companion's own session expires.
      if (companionSession.marks?.purge) await postpone(context, owner);
      else if (ids.length === 0) await deleteCompanionSession(context, owner);
    }
  }
}

/** When to try the next handovers, in milliseconds: those with counts that this companion has yet to delete. */
export async function nextHandovers(context: Context): Promise<readonly number[]> {
  const { origin } = context.config.companion ?? {};
  return (await endedSessions(context))
    .filter(([, companionSession]) => companionSession.marks?.purge && companionSession.origin === origin)
    .map(([, { marks }]) => context.ports.now() + waitMs(context, marks));
}

/**
 * Companion sessions of ended sessions, as stored; without one that may still tell why, unless a deletion is pending.
 */
async function endedSessions(context: Context): Promise<readonly [string, CompanionSession][]> {
  const held = Object.entries(await listCompanionSessions(context));
  const { session } = await context.store.read();
  const owners = currentOwners(session);
  const awaited = unexplainedSessionId(session, context.ports.now());
  return held.filter(
    ([owner, { gone, marks }]) =>
      !owners.includes(owner) && (owner !== awaited || gone === true || marks?.purge),
  );
}

async function isAwaited({ store, ports }: Context, owner: string): Promise<boolean> {
  return unexplainedSessionId((await store.read()).session, ports.now()) === owner;
}

/** Whether the session ended for the same reason here: the companion will never accept it again then. */
async function isOver({ store }: Context, reason: string): Promise<boolean> {
  const base = baseState((await store.read()).session);
  return base.status !== 'signedIn' && base.ended?.reason === reason;
}

/**
 * Waits as long again as it has been failing, an hour at most. Gives up if no deletion is pending, or after too long.
 */
async function postpone(context: Context, owner: string): Promise<void> {
  const now = context.ports.now();
  const { marks } = (await listCompanionSessions(context))[owner] ?? {};
  if (!marks?.purge || isOld(context, marks)) return deleteCompanionSession(context, owner);
  const { since = now } = marks.farewell ?? {};
  const notBefore = now + Math.min(60 * MINUTE, Math.max(MINUTE, now - since));
  return updateObligations(context, owner, (known) => ({ ...known, farewell: { since, notBefore } }));
}

/** Milliseconds until the next try; 0 if the stored time is from a wrong clock. */
function waitMs({ ports }: Context, marks: CompanionSession['marks']): number {
  const left = (marks?.farewell?.notBefore ?? 0) - ports.now();
  return left > 60 * MINUTE ? 0 : Math.max(0, left);
}

function isOld({ ports }: Context, marks: CompanionSession['marks']): boolean {
  return ports.now() - (marks?.farewell?.since ?? ports.now()) > LONGEST_MS;
}
