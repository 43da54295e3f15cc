// Notifications between instances: which cached tokens and sessions are stale, and which tokens have ended.
import { accountName } from '../clients.ts';
import type { AccountEvent } from '../security-events/types.ts';
import type { Delivery } from '../store.ts';
import type { Queryable } from './database.ts';

/** The channel for account events, of known and unknown accounts. */
export const ACCOUNT_CHANNEL = 'companion_account';

export interface AccountNotification {
  /** Its `accountName`. */
  readonly account: string;
  /** Tokens issued before this instant (milliseconds) have ended; 0 when the event ends no tokens. */
  readonly endedBefore: number;
}

/**
 * The instant (milliseconds) before which issued tokens have ended; 0 when none have. `receivedAt` stands in for events
 * without an instant.
 */
export function endedBefore(events: readonly AccountEvent[], receivedAt: number): number {
  const instants = events.map((event) => {
    if (event.kind === 'password_change') return event.changedAt;
    return event.kind === 'delete_user' ? receivedAt : 0;
  });
  return Math.max(0, ...instants);
}

/** One entry per account, comma-separated: its name and, where tokens have ended, `.` and the instant. */
export function formatNotification(
  deliveries: readonly Pick<Delivery, 'account' | 'events' | 'at'>[],
): string {
  const instants = new Map<string, number>();
  for (const { account, events, at } of deliveries) {
    const name = accountName(account);
    instants.set(name, Math.max(instants.get(name) ?? 0, endedBefore(events, at)));
  }
  // Whole seconds, as in the tokens: 256 entries must fit PostgreSQL's 8000 bytes.
  return [...instants]
    .map(([name, instant]) => (instant === 0 ? name : `${name}.${Math.ceil(instant / 1000).toString(36)}`))
    .join();
}

/** Notifies every instance, on commit. */
export async function notify(transaction: Queryable, payload: string): Promise<void> {
  await transaction.query('select pg_notify($1, $2)', [ACCOUNT_CHANNEL, payload], 'notify');
}

/**
 * Notifies that an account's sessions or consent have changed other than by an event. Every statement that changes them
 * needs it: instances answer polls from memory.
 */
export function notifyOf(transaction: Queryable, account: Buffer): Promise<void> {
  return notify(transaction, accountName(account));
}

/** Parses what `formatNotification` returns. */
export function parseNotification(payload: string): readonly AccountNotification[] {
  return payload.split(',').map((entry) => {
    const [account = '', instant] = entry.split('.');
    return { account, endedBefore: instant === undefined ? 0 : parseInt(instant, 36) * 1000 };
  });
}
