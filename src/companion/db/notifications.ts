// What instances tell each other on the channel: whose cached answers are stale, and whose tokens have ended.
import type { AccountEvent } from '../security-events/types.ts';

/** The channel on which all instances hear of accounts, known ones or not. */
export const ACCOUNT_CHANNEL = 'companion_account';

export interface AccountNotification {
  /** The first 16 bytes of an account's key, base64url. */
  readonly account: string;
  /** Tokens issued before this instant have ended; 0 where the event concerns no grant. Milliseconds. */
  readonly endedBefore: number;
}

/** Of an account's key, what the channel carries: enough to find it, and 256 of them fit in a notification. */
const NAME_BYTES = 16;

/** How an account is named on `ACCOUNT_CHANNEL`. */
export const accountName = (account: Buffer) => account.toString('base64url', 0, NAME_BYTES);

/** From when on tokens of before have ended; 0 when nothing ended. `receivedAt` stands for events without an instant. Milliseconds. */
export function endedBefore(events: readonly AccountEvent[], receivedAt: number): number {
  const instants = events.map((event) => {
    if (event.kind === 'password_change') return event.changedAt;
    return event.kind === 'delete_user' ? receivedAt : 0;
  });
  return Math.max(0, ...instants);
}

/** One entry an account, joined by commas: its name, and after a full stop the instant, where tokens have ended. */
export function formatNotification(
  told: readonly {
    readonly account: Buffer;
    readonly events: readonly AccountEvent[];
    readonly at: number;
  }[],
): string {
  const instants = new Map<string, number>();
  for (const { account, events, at } of told) {
    const name = accountName(account);
    instants.set(name, Math.max(instants.get(name) ?? 0, endedBefore(events, at)));
  }
  // In whole seconds, as the tokens' own instants are: 256 entries must stay below PostgreSQL's 8000 bytes.
  return [...instants]
    .map(([name, instant]) => (instant === 0 ? name : `${name}.${Math.ceil(instant / 1000).toString(36)}`))
    .join();
}

/** Reads what `writeHeard` wrote. */
export function parseNotification(payload: string): readonly AccountNotification[] {
  return payload.split(',').map((entry) => {
    const [account = '', instant] = entry.split('.');
    return { account, endedBefore: instant === undefined ? 0 : parseInt(instant, 36) * 1000 };
  });
}
