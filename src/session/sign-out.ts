// Sign-out: instant and local; the grant goes to the outbox in the same write and is destroyed from there.
import type { Context } from './context.ts';
import { withLiveGrantDoomed } from './revocations.ts';
import { dropSecrets } from './secrets.ts';
import { liveSession } from './state.ts';
import { stepped } from './store.ts';
import type { SignOutReason } from './transition.ts';

/** `askWho`: the next sign-in asks for account and password, whoever is signed in at Mozilla accounts. */
export async function signOut(
  context: Context,
  reason: SignOutReason,
  { askWho }: { askWho?: boolean } = {},
): Promise<void> {
  const at = context.ports.now();
  const live = liveSession((await context.store.read()).session);
  // Secrets go first: whatever happens next, nobody uses them again.
  if (live) await dropSecrets(context, [live.id]);
  await context.store.update((record) => {
    const next = stepped(record, { type: 'signedOut', reason, askWho, at }, at);
    return next === record ? record : withLiveGrantDoomed(context, next, record);
  });
}
