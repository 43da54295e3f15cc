// Sign-out is local and immediate: the same write moves the grant to the outbox, from where it is destroyed.
import type { Context } from '../context.ts';
import { queueLiveGrant } from './outbox-entries.ts';
import { deleteSecrets } from '../tokens/secret-store.ts';
import { liveSession } from '../state/states.ts';
import { applyEvent } from '../state/transition.ts';
import type { SignOutReason } from '../state/events.ts';

/**
 * Ends the session. `sessionId`: only if it is this one. `forceLogin`: the next sign-in asks for account and password, even
 * if there is a session at Mozilla accounts.
 */
export async function signOut(
  context: Context,
  reason: SignOutReason,
  options: { forceLogin?: boolean; sessionId?: string } = {},
): Promise<void> {
  const at = context.ports.now();
  const { before, after } = await context.store.update(
    (record) => {
      const next = applyEvent(record, { type: 'signedOut', reason, ...options, at }, at);
      return next === record ? record : queueLiveGrant(next, record, at);
    },
    { orInMemory: true },
  );
  // That write removed the secrets in the record; this removes those in memory that don't revoke the grant.
  const live = liveSession(before.session);
  if (live && before !== after) await deleteSecrets(context, live.id);
}
