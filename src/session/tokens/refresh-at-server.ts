// The request of a refresh. Servers of the standards replace the refresh token at each, and the old one must not be used
// again: so the next one, of whichever server, is stored before anything else is done with the answer.
import { followsStandards, type Deployment } from '../../fxa/environments.ts';
import type { Http } from '../../fxa/http.ts';
import { grantedScopesFor } from '../../fxa/scopes.ts';
import { refreshAccessToken, replacementToken, type RefreshRequest } from '../../fxa/tokens.ts';
import { atDeployment, currentSession, type Context } from '../context.ts';
import { revocableGrant, revocation } from '../sign-out/outbox-entries.ts';
import { applyEvent } from '../state/transition.ts';
import { withBackup } from '../state/grant-backup.ts';
import type { StoredRecord } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';
import { LOCKS } from '../state/storage-items.ts';
import { replaceRefreshToken } from './secret-store.ts';
import type { RefreshAnswer } from './token-cache.ts';

/** Longer than elsewhere: giving up on an answer that has the next refresh token ends the sign-in. Milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * Refreshes at the server that gave the grant. Call under `LOCKS.refresh`.
 *
 * @throws FxaError as `refreshAccessToken` and `atDeployment`.
 */
export function refreshAtServer(
  context: Context,
  session: SignedIn,
  { scope, ...request }: RefreshRequest,
): Promise<RefreshAnswer> {
  const { id: sessionId, grant } = session;
  const refresh = async (deployment: Deployment, http: Http) => {
    let requested = scope;
    if (followsStandards(deployment)) {
      await context.store.dispatch({ type: 'refreshSent', sessionId }, { orInMemory: true });
      // The userinfo endpoint demands `openid` (OpenID Connect Core 1.0, section 5.3.1).
      requested = ['openid', ...grantedScopesFor(grant.scope, scope)].join(' ');
    }
    const answer = await refreshAccessToken(deployment, { ...request, scope: requested }, http);
    const next = await replacementToken(deployment, answer, request.refreshToken);
    if (next) await saveRotated(context, session, deployment, next);
    return { deployment, answer };
  };
  return atDeployment(context, refresh, grant, TIMEOUT_MS);
}

/**
 * Stores the next refresh token in place of the session's: with the session while it is live, in the outbox if it ended
 * during the refresh.
 */
async function saveRotated(
  context: Context,
  session: SignedIn,
  deployment: Deployment,
  next: { readonly refreshToken: string; readonly refreshTokenId: string },
): Promise<void> {
  const standard = followsStandards(deployment);
  // The secrets must not be moved between disk and memory meanwhile.
  await context.ports.locks.exclusive(LOCKS.moveSecrets, async () => {
    const live = await currentSession(context);
    const { grant: before } = live?.id === session.id ? live : session;
    const kept = await replaceRefreshToken(context, session.id, before, next.refreshToken);
    const grant = {
      refreshTokenId: next.refreshTokenId,
      ...(standard && { revokedByToken: true as const }),
      ...kept,
    };
    const now = context.ports.now();
    const entry = revocation(
      {
        ...revocableGrant(grant),
        issuer: context.config.issuer,
        session: session.id,
        ...(standard && { account: session.account.subject }),
      },
      now,
    );
    const event = { type: 'grantRotated', sessionId: session.id, grant } as const;
    const stored = (record: StoredRecord) => {
      const rotated = applyEvent(record, event, now);
      if (rotated !== record) return rotated;
      const others = record.outbox.filter((other) => other.session !== session.id);
      return { ...record, outbox: [...others, entry] };
    };
    await withBackup(context, entry, () => context.store.update(stored, { orInMemory: true }));
  });
}
