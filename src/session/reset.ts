// Starting anew when the stored record cannot be read: at the person's word only, and with what can be saved of it.
import type { Context } from './context.ts';
import { readBackup } from './state/grant-backup.ts';
import { addToJournal } from './state/record.ts';
import { revocation, recoverGrantIds } from './sign-out/outbox-entries.ts';

/** Does nothing when the record can be read after all. */
export async function reset(context: Context): Promise<void> {
  // Of half a text nothing may be legible.
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
    // Whether the person had said no to metrics is lost with the record: nothing is counted until they say yes.
    const settings = { ...fresh.settings, metrics: false };
    return addToJournal({ ...fresh, outbox, settings }, entry);
  });
}
