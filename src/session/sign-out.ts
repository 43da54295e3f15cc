// Sign-out: instant and local; the grant goes to the outbox in the same write and is destroyed from there.
import type { Context } from './context.ts';
import type { Revocation, StoredRecord } from './record.ts';
import { liveSession, type Problem, type SignOutReason } from './state.ts';
import { stepped } from './store.ts';

export async function signOut(context: Context, reason: SignOutReason): Promise<void> {
  const at = context.ports.now();
  // Who signed out knows why; everybody else is told.
  const problem: Problem | undefined = reason === 'by_user' ? undefined : { code: 'signed_out', reason, at };
  const event = { type: 'signedOut', reason, ...(problem && { problem }) } as const;
  await context.store.update((record) => {
    const next = stepped(record, event, reason, at);
    return next === record ? record : withLiveGrantDoomed(context, next, record);
  });
}

/** `next`, with the grant of `record`'s live session put into the outbox. */
export function withLiveGrantDoomed(
  context: Context,
  next: StoredRecord,
  record: StoredRecord,
): StoredRecord {
  const live = liveSession(record.session);
  if (!live) return next;
  const [issuer = context.config.issuer] = record.deployment.split(' ');
  const entry = { ...revocation(context, live.grant.refreshTokenId), issuer };
  return { ...next, outbox: [...next.outbox, entry] };
}

export function revocation(context: Context, refreshTokenId: string, owner?: string): Revocation {
  return {
    refreshTokenId,
    issuer: context.config.issuer,
    since: context.ports.now(),
    attempts: 0,
    notBefore: 0,
    ...(owner !== undefined && { owner }),
  };
}
