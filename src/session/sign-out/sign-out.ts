// Sign-out: instant and local; the grant goes to the outbox in the same write and is destroyed from there.
import type { Context } from '../context.ts';
import { queueLiveGrant } from './outbox-entries.ts';
import { deleteSecrets } from '../tokens/secret-store.ts';
import { liveSession } from '../state/states.ts';
import { applyEvent } from '../state/store.ts';
import type { SignOutReason } from '../state/transition.ts';

/** `sessionId`: only if it is this one. `askWho`: the next sign-in asks for account and password, whoever is signed in at Mozilla accounts. */
export async function signOut(
  context: Context,
  reason: SignOutReason,
  options: { askWho?: boolean; sessionId?: string } = {},
): Promise<void> {
  const at = context.ports.now();
  const { before, after } = await context.store.update(
    (record) => {
      const next = applyEvent(record, { type: 'signedOut', reason, ...options, at }, at);
      return next === record ? record : queueLiveGrant(next, record, at);
    },
    { orInMemory: true },
  );
  // What the record held of its secrets is gone with that write; this is what lay beside it.
  const live = liveSession(before.session);
  if (live && before !== after) await deleteSecrets(context, [live.id]);
}
