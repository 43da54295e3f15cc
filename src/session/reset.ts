// Replaces an unreadable record, only when the user asks for it, and recovers the grants it names.
import type { Context } from './context.ts';
import { readBackup } from './state/grant-backup.ts';
import { addToJournal } from './state/record.ts';
import { revocation, recoverGrantIds } from './sign-out/outbox-entries.ts';

/** Replaces the record if it can't be read. Grants found in it, or in the backup, go into the outbox. */
export async function reset(context: Context): Promise<void> {
  // The record may be too damaged to contain any ids.
  const backup = await readBackup(context);
  await context.store.reset((stored, fresh) => {
    const found = new Map(
      [...backup, ...recoverGrantIds(stored, context.config.issuer)].map(({ refreshTokenId, issuer }) => [
        refreshTokenId,
        { refreshTokenId, issuer },
      ]),
    );
    const outbox = [...found.values()].map((one) => ({ ...revocation(context, one.refreshTokenId), ...one }));
    const entry = { at: context.ports.now(), from: 'signedOut', to: 'signedOut', why: 'reset' } as const;
    // A possible opt-out from metrics is lost with the record, so they are off until the user turns them on.
    const settings = { ...fresh.settings, metrics: false };
    return addToJournal({ ...fresh, outbox, settings }, entry);
  });
}
