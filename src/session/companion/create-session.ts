// Creates and refreshes companion sessions, and records why the companion rejected one.
import { FxaError } from '../../fxa/errors.ts';
import { grantedCovers } from '../../fxa/scopes.ts';
import type { Context } from '../context.ts';
import type { SignedIn } from '../state/states.ts';
import { withEphemeralToken } from '../tokens/access-token.ts';
import { companionApi, type SessionRejected } from './client.ts';
import { suspectedEndFrom } from './end-reason.ts';
import { invalidateCompanionSession, saveCompanionSession, type CompanionSession } from './session-store.ts';

/** What the token sent to the companion reveals: the account's uid, and whether metrics are allowed. */
const TOKEN_SCOPES = ['profile:uid', 'profile:email'];
/** Lifetime to ask for, in seconds. The token is destroyed right after use. */
const TOKEN_TTL = 300;

/**
 * Records the reason the companion gave, then invalidates the companion session: in that order, because the reason
 * can't be asked for again without it. Resolves with whether there was a reason.
 */
export async function recordSuspicion(
  context: Context,
  live: SignedIn,
  { rejected }: SessionRejected,
): Promise<boolean> {
  const suspectedEnd = suspectedEndFrom(rejected);
  if (suspectedEnd) await context.store.dispatch({ type: 'endSuspected', sessionId: live.id, suspectedEnd });
  await invalidateCompanionSession(context, live.id, suspectedEnd);
  return suspectedEnd !== undefined;
}

/**
 * Creates a companion session with a single-use access token, or refreshes `previous`. Keeps the revision last acted on,
 * so that the next poll still sees any newer one.
 *
 * @throws FxaError as the companion's calls and `withEphemeralToken`, and `bad_response` when the companion rejects the
 *   session.
 */
export async function createCompanionSession(
  context: Context,
  live: SignedIn,
  previous?: CompanionSession,
): Promise<void> {
  const { companion } = context.config;
  if (!companion) return;
  const scope = TOKEN_SCOPES.filter((one) => grantedCovers(live.grant.scope, one)).join(' ');
  const result = await withEphemeralToken(context, live, { scope, ttl: TOKEN_TTL }, (token) =>
    companionApi(companion.origin, context.http()).create(token, previous?.session),
  );
  if (result === undefined) return;
  // The token was just issued, so this only raises a suspicion; Mozilla accounts has to confirm it.
  if ('rejected' in result) {
    await recordSuspicion(context, live, result);
    throw sessionRejectedError();
  }
  if (!result.state.metrics) await closeMetrics(context, live);
  await saveCompanionSession(context, live.id, {
    ...previous,
    session: result.session,
    origin: companion.origin,
  });
}

/** `bad_response` with reason `refused`. */
export function sessionRejectedError(): FxaError {
  return new FxaError('bad_response', 'The companion rejected the session.', { reason: 'refused' });
}

/** Blocks metrics at once. Only a newer profile can allow them again. */
export async function closeMetrics({ store }: Context, { id }: SignedIn): Promise<void> {
  await store.dispatch({ type: 'metricsClosed', sessionId: id });
}
