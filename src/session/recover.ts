// What a background does first: it puts in order what the one before left behind. No network.
import type { Attempts } from './sign-in/controller.ts';
import type { Context } from './context.ts';
import { compareBackup, detectLostRecord } from './state/grant-backup.ts';
import { changeQueue } from './metrics/queue.ts';
import { lossReason, enforceSessionOnly, openSecret, sealUnsealed } from './tokens/secret-store.ts';
import { signOut } from './sign-out/sign-out.ts';
import { liveSession } from './state/states.ts';

export async function recover(context: Context, attempts: Attempts): Promise<void> {
  const { store } = context;
  const began = context.ports.now();
  await detectLostRecord(context, began);
  // What was typed, begun or wished at another server is not for this one.
  await store.adoptDeployment(attempts.stop);
  const { session } = await store.read();
  // What was counted for another client or companion is not read: here it is written over.
  await changeQueue(context, (queue) => queue);
  const live = liveSession(session);
  // A session that was to end with the browser has: better said now than at the next use.
  if (live && !live.grant.sealed && (await openSecret(context, live, 'refreshToken')) === undefined) {
    await signOut(context, lossReason(live.grant), { sessionId: live.id });
  }
  await attempts.recover();
  await enforceSessionOnly(context);
  await sealUnsealed(context);
  await compareBackup(context, began);
  await store.publish();
}
