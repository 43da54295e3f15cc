// What a security event token says, once it is believed.
import type { Client } from '../clients.ts';

/** Instants in milliseconds, whatever unit they came in. */
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
  /** When this delivery was signed, in milliseconds. FxA: never when the event happened. */
  readonly issuedAt: number;
  readonly events: readonly AccountEvent[];
  /** How many events it held that nobody here knows. */
  readonly unknownEvents: number;
}
