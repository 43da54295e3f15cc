// A checked access token.
import type { Authentication } from '../../fxa/introspection.ts';
import type { Client } from '../clients.ts';

/** How the person signed in is absent when only `/v1/verify` was asked, and for refreshed tokens. */
export interface CheckedToken extends Authentication {
  readonly client: Client;
  readonly uid: string;
  /** Space-separated, as granted. */
  readonly scope: string;
  /** Milliseconds, on the clock of Mozilla accounts; absent when only `/v1/verify` was asked. */
  readonly issuedAt?: number;
  readonly expiresAt?: number;
}

/**
 * Checks an access token for one of our clients.
 *
 * @throws Problem 401 `invalid_token` (unknown, expired, or matching no client or two), 403 `insufficient_scope`, 503
 *   `accounts_unavailable` when Mozilla accounts can't be asked.
 */
export type TokenCheck = (
  token: string,
  options?: {
    /** Bypasses the cache: for writes and one-time decisions. */
    readonly fresh?: boolean;
  },
) => Promise<CheckedToken>;
