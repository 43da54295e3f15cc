// Stores the next refresh token of a grant that rotates: at servers of the standards each refresh replaces the token, and
// the old one must not be used again.
import type { Deployment } from '../../fxa/environments.ts';
import { issuedTokens, type TokenResponse } from '../../fxa/tokens.ts';
import { currentSession, type Context } from '../context.ts';
import { revocableGrant, revocation } from '../sign-out/outbox-entries.ts';
import { applyEvent } from '../state/apply-event.ts';
import { withBackup } from '../state/grant-backup.ts';
import type { Revocation, StoredRecord } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';
import { LOCKS } from '../state/storage-items.ts';
import { replaceRefreshToken } from './secret-store.ts';

/**
 * Stores the next refresh token, if the answer has one, in place of the session's: with the session while it is live,
 * in the outbox if it ended during the refresh. Call before anything else is done with the answer.
 */
export async function saveRotated(
  context: Context,
  session: SignedIn,
  deployment: Deployment,
  answer: TokenResponse,
): Promise<void> {
  const { grant: issued } = await issuedTokens(deployment, answer);
  if (!issued) return;
  const { refreshToken, refreshTokenId } = issued;
  // The secrets must not be moved between disk and memory meanwhile.
  await context.ports.locks.exclusive(LOCKS.moveSecrets, async () => {
    const live = await currentSession(context);
    const { grant: before } = live?.id === session.id ? live : session;
    const kept = await replaceRefreshToken(context, session.id, before, refreshToken);
    const grant = { refreshTokenId, revokedByToken: true, ...kept } as const;
    const entry = { ...revocation(context, revocableGrant(grant)), session: session.id };
    const event = { type: 'grantRotated', sessionId: session.id, grant } as const;
    const stored = (record: StoredRecord) => {
      const next = applyEvent(record, event, context.ports.now());
      return next === record ? withEntry(record, entry) : next;
    };
    await withBackup(context, entry, () => context.store.update(stored, { orInMemory: true }));
  });
}

/** The entry in place of the ended session's earlier one. */
function withEntry(record: StoredRecord, entry: Revocation): StoredRecord {
  const others = record.outbox.filter(({ session }) => session !== entry.session);
  return { ...record, outbox: [...others, entry] };
}
