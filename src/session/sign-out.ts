// Sign-out: instant and local; the grant goes to the outbox in the same write and is destroyed from there.
import type { Context } from './context.ts';
import type { Revocation, StoredRecord } from './record.ts';
import { liveSession, type SignOutReason } from './state.ts';
import { stepped } from './store.ts';

export async function signOut(context: Context, reason: SignOutReason): Promise<void> {
  const at = context.ports.now();
  await context.store.update((record) => {
    const problem = reason === 'by_user' ? {} : { problem: { code: 'signed_out', at } as const };
    const next = stepped(record, { type: 'signedOut', reason, ...problem }, reason, at);
    return next === record ? record : withLiveGrantDoomed(next, record, at);
  });
}

/** `next`, with the grant of `record`'s live session put into the outbox. Pure. */
export function withLiveGrantDoomed(next: StoredRecord, record: StoredRecord, at: number): StoredRecord {
  const live = liveSession(record.session);
  return live ? { ...next, outbox: [...next.outbox, revocation(live.grant.refreshTokenId, at)] } : next;
}

export function revocation(refreshTokenId: string, at: number, owner?: string): Revocation {
  return { refreshTokenId, since: at, attempts: 0, notBefore: 0, ...(owner !== undefined && { owner }) };
}
