// Runs first in every background: cleans up after the one before. No network.
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
  // An attempt or a typed address for another server must not be used here.
  await store.adoptDeployment(attempts.stop);
  const { session } = await store.read();
  // Overwrites a queue of another client or companion, which reads as empty.
  await changeQueue(context, (queue) => queue);
  const live = liveSession(session);
  // A session that ends with the browser has ended: say so now rather than at the next use.
  if (live && !live.grant.sealed && (await openSecret(context, live, 'refreshToken')) === undefined) {
    await signOut(context, lossReason(live.grant), { sessionId: live.id });
  }
  await attempts.recover();
  await enforceSessionOnly(context);
  await sealUnsealed(context);
  await compareBackup(context, began);
  await store.publish();
}
