// Sessions that are over take leave of the companion: it is given the grants to destroy, and keeps at it until they are.
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

/** The companion takes no more at once. */
const MAX_IDS = 20;

/** So long the companion keeps a session that is over. */
const LONGEST_MS = 30 * 86_400_000;
const MINUTE = 60_000;

/**
 * What is handed over leaves the outbox; what is not stays there and is destroyed from here. No fault of the companion's escapes.
 * A seat whose counts are to be forgotten is kept until they are: nobody else can have them forgotten.
 */
export async function handOver(context: Context): Promise<void> {
  const { store, ports, config } = context;
  for (const [owner, { origin, issuer = config.issuer, marks }] of await endedSessions(context)) {
    if (origin !== config.companion?.origin || issuer !== config.issuer) {
      // Another build may know it.
      await postpone(context, owner);
      continue;
    }
    if (waitMs(context, marks) > 0) continue;
    const companionSession = await getAnyCompanionSession(context, owner);
    if (!companionSession) {
      // Its key may be had again.
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
      const gone = await deleteUploadedCounts(context, owner, companionSession, api);
      if (gone && !(await isOver(context, gone.rejected))) {
        await postpone(context, owner);
        continue;
      }
      if (await isAwaited(context, owner)) {
        // It may still tell why the session ended. A companion that says it is over has nothing more to forget.
        await updateObligations(context, owner, ({ purge: _, ...rest }) => rest);
        continue;
      }
      await uploadLastBatch(context, owner, companionSession, api);
      const taken = await api.end(companionSession.session, ids);
      if (taken) {
        await store.update((record) => ({
          ...record,
          outbox: record.outbox.filter(({ refreshTokenId }) => !ids.includes(refreshTokenId)),
        }));
      }
      await deleteCompanionSession(context, owner);
    } catch (error) {
      if (!isFxaError(error)) ports.report(error);
      // Without a grant to hand over, the companion forgets the session by itself in time.
      if (companionSession.marks?.purge) await postpone(context, owner);
      else if (ids.length === 0) await deleteCompanionSession(context, owner);
    }
  }
}

/** When leave is to be taken again, in milliseconds: of seats whose counts this companion has yet to forget. */
export async function nextHandovers(context: Context): Promise<readonly number[]> {
  const { origin } = context.config.companion ?? {};
  return (await endedSessions(context))
    .filter(([, companionSession]) => companionSession.marks?.purge && companionSession.origin === origin)
    .map(([, { marks }]) => context.ports.now() + waitMs(context, marks));
}

/** The seats of sessions that are over, as they are stored. One that may yet tell why stays, unless something is owed. */
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

/** Mozilla accounts has said the same: such a session is never honoured again. */
async function isOver({ store }: Context, reason: string): Promise<boolean> {
  const base = baseState((await store.read()).session);
  return base.status !== 'signedIn' && base.ended?.reason === reason;
}

/** Waits as long again as it was tried in vain, an hour at most; where nothing is owed, or for too long, it is given up. */
async function postpone(context: Context, owner: string): Promise<void> {
  const now = context.ports.now();
  const { marks } = (await listCompanionSessions(context))[owner] ?? {};
  if (!marks?.purge || isOld(context, marks)) return deleteCompanionSession(context, owner);
  const { since = now } = marks.farewell ?? {};
  const notBefore = now + Math.min(60 * MINUTE, Math.max(MINUTE, now - since));
  return updateObligations(context, owner, (known) => ({ ...known, farewell: { since, notBefore } }));
}

/** A clock that was wrong keeps nobody waiting. */
function waitMs({ ports }: Context, marks: CompanionSession['marks']): number {
  const left = (marks?.farewell?.notBefore ?? 0) - ports.now();
  return left > 60 * MINUTE ? 0 : Math.max(0, left);
}

function isOld({ ports }: Context, marks: CompanionSession['marks']): boolean {
  return ports.now() - (marks?.farewell?.since ?? ports.now()) > LONGEST_MS;
}
