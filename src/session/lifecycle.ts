// How a background begins (`recover`), and how the user begins anew after unreadable data (`reset`).
import type { Attempts } from './sign-in/controller.ts';
import { currentSession, type Context } from './context.ts';
import { addToJournal } from './state/record.ts';
import { changeQueue } from './metrics/queue.ts';
import { adoptEarlierDeletions } from './metrics/withdrawal.ts';
import { liveSession } from './state/states.ts';
import {
  lossReason,
  enforceSessionOnly,
  grantsInMemory,
  moveSecrets,
  openSecret,
} from './tokens/secret-store.ts';
import { revocation, recoverGrantIds, type RecoveredGrant } from './sign-out/outbox-entries.ts';
import { signOut } from './sign-out/sign-out.ts';
import { backedUp, compareBackup, detectLostRecord, readBackup } from './state/grant-backup.ts';

/** Runs first in every background: cleans up after the one before. No network. */
export async function recover(context: Context, attempts: Attempts): Promise<void> {
  const { store } = context;
  const began = context.ports.now();
  await detectLostRecord(context, began);
  // An attempt or a typed address for another server must not be used here.
  await store.adoptDeployment(attempts.stop);
  const { session } = await store.read();
  // Overwrites a queue of another client or companion, which reads as empty. A full disk must not stop what follows.
  await changeQueue(context, (queue) => queue)
    .then(() => adoptEarlierDeletions(context))
    .catch(context.ports.report);
  const live = liveSession(session);
  // A session that ends with the browser has ended: say so now rather than at the next use.
  if (live && !live.grant.sealed && (await openSecret(context, live, 'refreshToken')) === undefined) {
    await signOut(context, lossReason(live.grant), { sessionId: live.id });
  }
  await attempts.recover();
  await enforceSessionOnly(context);
  // The browser may keep a key by now.
  if ((await currentSession(context))?.grant.keyNotKept) await moveSecrets(context);
  await compareBackup(context, began);
  await store.publish();
}

/** Replaces the record if it can't be read. Grants found in it, in the backup or in memory go into the outbox. */
export async function reset(context: Context): Promise<void> {
  // The record may be too damaged to contain any ids.
  const backup = (await readBackup(context)).map(backedUp);
  const inMemory = await grantsInMemory(context);
  await context.store.reset((stored, fresh) => {
    const found = new Map<string, RecoveredGrant>();
    for (const grant of [...backup, ...recoverGrantIds(stored, context.config.issuer)])
      found.set(grant.refreshTokenId, grant);
    for (const names of inMemory) {
      const grant = names.find(({ refreshTokenId }) => found.has(refreshTokenId)) ?? names[0];
      if (grant) found.set(grant.refreshTokenId, { ...grant, ...found.get(grant.refreshTokenId) });
    }
    const at = context.ports.now();
    const outbox = [...found.values()].map((grant) => revocation(grant, at));
    const entry = { at, from: 'signedOut', to: 'signedOut', why: 'reset' } as const;
    // A possible opt-out from metrics is lost with the record, so they are off until the user turns them on.
    const settings = { ...fresh.settings, metrics: false };
    return addToJournal({ ...fresh, outbox, settings }, entry);
  });
}
