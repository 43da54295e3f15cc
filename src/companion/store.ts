// What the companion asks of its database. Instants in milliseconds; accounts and sessions by their hashes alone. What falls due
// does so by the database's own clock, which all instances share.
import type { EndedReason, MetricsEvent } from '../contract/companion.ts';
import type { AccountEvent, EventKind } from './security-events/types.ts';

/** The events of one SET, to be applied all or none. */
export interface Delivery {
  readonly account: Buffer;
  readonly clientId: string;
  /** SHA-256 of client id and jti: what tells a delivery without an instant from its replay. */
  readonly mark: Buffer;
  readonly events: readonly AccountEvent[];
  readonly at: number;
}

export interface CreateRequest {
  readonly account: Buffer;
  readonly clientId: string;
  /** SHA-256 of the session's 32 bytes. */
  readonly hash: Buffer;
  /** The uid, sealed under a key made of the session itself: it opens only while that is shown. */
  readonly sealedUid: Buffer;
  /** True when `hash` is that of a session shown, which is then refreshed if it lives. */
  readonly presented: boolean;
  /** When Mozilla accounts issued the token that proved it, on its clock. */
  readonly provedAt: number;
  /** What the profile says. */
  readonly metrics: boolean;
  /** What `open` told before the profile was read: what was heard since is newer than what it says. */
  readonly readAtRevision: number;
  readonly at: number;
}

export interface LiveSession {
  readonly status: 'live';
  readonly account: Buffer;
  readonly clientId: string;
  readonly sealedUid: Buffer;
  readonly revision: number;
  readonly metrics: boolean;
  /** When a profile said so last. */
  readonly metricsReadAt: number;
  readonly subscriptions: Readonly<Record<string, boolean>>;
}

export interface EndedSession {
  readonly status: 'ended';
  readonly reason: EndedReason;
  readonly at: number;
}

/**
 * `deleted`: the account is, and nothing was written. `ended`: the session shown is; show none. `unknown`: the session shown is
 * none of this account and client, and nothing was written.
 */
export type CreateResult =
  | LiveSession
  | EndedSession
  | { readonly status: 'deleted'; readonly at: number }
  | { readonly status: 'unknown' };

export interface Revocation {
  readonly refreshTokenId: string;
  readonly clientId: string;
  readonly attempts: number;
  /** Milliseconds since it was taken in. */
  readonly age: number;
}

export interface Store {
  /** Resolves after the commit. Idempotent; events of accounts that are not known write nothing. */
  apply(delivery: Delivery): Promise<void>;

  /**
   * Makes an account known, so that what is told of it from now on is kept, and resolves with its revision. One that is deleted
   * stays unknown.
   */
  open(account: Buffer, at: number): Promise<number>;
  createSession(request: CreateRequest): Promise<CreateResult>;
  session(hash: Buffer, at: number): Promise<LiveSession | EndedSession | undefined>;
  /**
   * Ends a session (again) and takes the grants in for revocation, in one transaction; resolves after the commit, with false
   * when there is no such session and nothing was written.
   */
  end(hash: Buffer, refreshTokenIds: readonly string[], at: number): Promise<boolean>;

  /** Adds up events of a day, unless metrics are closed or the profile that allows them was read before `readSince`; then false. */
  addMetrics(
    account: Buffer,
    clientId: string,
    events: readonly MetricsEvent[],
    readSince: number,
  ): Promise<boolean>;
  /** True once a day and client for an account that may be measured. */
  engageOnce(account: Buffer, clientId: string, day: string, readSince: number): Promise<boolean>;

  /** Forgets what was counted of an account by one client; what other clients counted stays. */
  forgetMetrics(account: Buffer, clientId: string): Promise<void>;

  /** Undefined when it is done with, or set aside. */
  revocation(refreshTokenId: string): Promise<Revocation | undefined>;
  revoked(refreshTokenId: string): Promise<void>;
  /** Tries again after `wait` milliseconds. `why`: a code. */
  postpone(refreshTokenId: string, wait: number, why: string): Promise<void>;
  /** Takes it out of the queue, for the operator to look at. */
  setAside(refreshTokenId: string, why: string): Promise<void>;
  /** Queues again what should have been tried by now and was not: whoever had it has died. */
  requeueOverdue(): Promise<number>;

  /** Forgets what has lived long enough. Never rejects: what fails is told to `failed`, and the other tables are gone through. */
  prune(failed: (error: unknown) => void): Promise<void>;
  /** What the database has to be told to do once a day. */
  tidy(): Promise<void>;
  /** Counts all sessions: for the status page, not for machines that ask all the time. */
  operatorState(at: number): Promise<OperatorState>;
  /** Costs the same however many accounts there are. */
  revocationState(): Promise<OperatorState['revocations']>;
  /** Writes something, as events do, and takes it back: rejects when no event could be taken in now. Resolves with the database's clock. */
  ping(): Promise<number>;
}

/** For the status page. No account, no session. */
export interface OperatorState {
  readonly clients: Readonly<
    Record<string, { readonly sessions: number; readonly lastEvent?: { kind: EventKind; at: number } }>
  >;
  /** Deliveries about known accounts, by hour of the last week. */
  readonly deliveries: readonly {
    readonly hour: number;
    readonly clientId: string;
    readonly kind: EventKind;
    readonly count: number;
  }[];
  readonly revocations: {
    readonly pending: number;
    readonly oldest?: number;
    readonly setAside: readonly { readonly clientId: string; readonly why: string; readonly count: number }[];
  };
}
