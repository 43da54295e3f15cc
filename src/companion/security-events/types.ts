// The content of a verified security event token.
import type { Client } from '../clients.ts';

/** Instants in milliseconds, whatever the unit in the token. */
export type AccountEvent =
  | { readonly kind: 'password_change'; readonly changedAt: number }
  | {
      readonly kind: 'subscription_state_change';
      readonly capabilities: readonly string[];
      readonly isActive: boolean;
      readonly changedAt: number;
    }
  /** FxA: these carry no instant. */
  | { readonly kind: 'profile_change' }
  | { readonly kind: 'delete_user' }
  | { readonly kind: 'metrics_opt_out' }
  | { readonly kind: 'metrics_opt_in' };

export type EventKind = AccountEvent['kind'];

export interface VerifiedSet {
  readonly client: Client;
  /** The uid. */
  readonly subject: string;
  readonly jti: string;
  /** When this delivery was signed, in milliseconds. FxA: not when the event happened. */
  readonly issuedAt: number;
  readonly events: readonly AccountEvent[];
  /** Number of events of unknown types. */
  readonly unknownEvents: number;
}
