// What a background does first: it puts in order what the one before left behind. No network.
import type { Attempts } from './attempts.ts';
import type { Context } from './context.ts';
import { compareBackup, noticeLoss } from './grant-backup.ts';
import { changeBooks } from './metrics/books.ts';
import { lossOf, obeySessionOnly, openSecret } from './secrets.ts';
import { signOut } from './sign-out.ts';
import { liveSession } from './state.ts';

export async function recover(context: Context, attempts: Attempts): Promise<void> {
  const { store, deploymentName } = context;
  await noticeLoss(context);
  const { deployment, session } = await store.read();
  if (deployment !== deploymentName) {
    await signOut(context, 'environment_changed');
    await store.update((record) => ({ ...record, deployment: deploymentName }));
  }
  // What was counted for another client or companion is not read: here it is written over.
  await changeBooks(context, (books) => books);
  const live = liveSession(session);
  // A session that was to end with the browser has: better said now than at the next use.
  if (live && !live.grant.sealed && (await openSecret(context, live, 'refreshToken')) === undefined) {
    await signOut(context, lossOf(live.grant), { sessionId: live.id });
  }
  await attempts.recover();
  await obeySessionOnly(context);
  await compareBackup(context);
  await store.publish();
}
