// What is known of an access token, once Mozilla accounts or its signature has spoken for it.
import type { Client } from '../clients.ts';

export interface CheckedToken {
  readonly client: Client;
  readonly uid: string;
  /** Space-separated, as granted. */
  readonly scope: string;
  /** Milliseconds, on the clock of Mozilla accounts; absent where only `/v1/verify` could be asked. */
  readonly issuedAt?: number;
  readonly expiresAt?: number;
}

/**
 * Checks an access token for one of our clients.
 *
 * @throws Problem 401 `invalid_token` (unknown, expired, of nobody's or of two clients), 403 `insufficient_scope`,
 *   503 `accounts_unavailable` when Mozilla accounts cannot be asked.
 */
export type TokenCheck = (
  token: string,
  options?: {
    /** Asks anew and keeps nothing: for writes, and for what is decided once. */
    readonly fresh?: boolean;
  },
) => Promise<CheckedToken>;
