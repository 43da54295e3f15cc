// The store: what the companion needs from its database. Instants are in milliseconds; accounts and sessions are
// identified by hashes. Due times go by the database's clock, which all instances share.
import type { EndedReason, MetricsEvent } from '../contract/companion.ts';
import type { AccountKeys } from './clients.ts';
import type { AccountEvent, EventKind } from './security-events/types.ts';

/** The events of one SET, applied all or none. */
export interface Delivery extends AccountKeys {
  readonly clientId: string;
  /** SHA-256 of client id and jti: identifies a delivery whose events have no instant, to detect replays. */
  readonly mark: Buffer;
  readonly events: readonly AccountEvent[];
  readonly at: number;
}

export interface CreateRequest extends AccountKeys {
  readonly clientId: string;
  /** SHA-256 of the session's 32 bytes. */
  readonly hash: Buffer;
  /** The uid, encrypted with a key derived from the session token; readable only while the client presents it. */
  readonly sealedUid: Buffer;
  /** True when `hash` belongs to a session the client presented; it is refreshed if it is still live. */
  readonly presented: boolean;
  /** When Mozilla accounts issued the access token, by its clock. */
  readonly provedAt: number;
  /** Whether the profile allows metrics. */
  readonly metrics: boolean;
  /**
   * Revision returned by `registerAccount` before the profile was read; events received since are newer than the
   * profile.
   */
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
  /** When a profile last said so. */
  readonly metricsReadAt: number;
  readonly subscriptions: Readonly<Record<string, boolean>>;
  /** Until then, reading it again shows and writes nothing new, unless its account is notified of. */
  readonly freshUntil: number;
}

export interface EndedSession {
  readonly status: 'ended';
  readonly reason: EndedReason;
  readonly at: number;
}

/**
 * `deleted`: the account is deleted; nothing was written. `ended`: the presented session has ended; create a new one
 * without it. `unknown`: the presented session is not of this account and client; nothing was written.
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
  /** Milliseconds since it was queued. */
  readonly age: number;
}

/** A client's last event about a known account, in milliseconds. */
export interface LastEvent {
  /** When the client was first configured. */
  readonly since: number;
  /** Null when no event is known. */
  readonly at: number | null;
}

export interface Store {
  /** Resolves after the commit. Idempotent. Events of unknown accounts write nothing. */
  apply(delivery: Delivery): Promise<void>;

  /**
   * Registers an account so that its events are kept from now on; resolves with its revision. A deleted account stays
   * unknown.
   */
  registerAccount(keys: AccountKeys, at: number): Promise<number>;
  /** Moves an account from its former key to its key, in one transaction; nothing when it has it already. */
  rekey(keys: AccountKeys): Promise<void>;
  createSession(request: CreateRequest): Promise<CreateResult>;
  session(hash: Buffer, at: number): Promise<LiveSession | EndedSession | undefined>;
  /**
   * Ends a session (idempotently), queues its grants for revocation and, if told to, does what `forgetMetrics` does, and
   * ends a live session's account's other sessions, in one transaction. Resolves after the commit; false when the
   * session is unknown, and then nothing is written.
   */
  end(
    hash: Buffer,
    refreshTokenIds: readonly string[],
    at: number,
    options?: {
      readonly forgetMetrics?: boolean;
      /** Whether to end the other sessions too, by the client of this one. */
      readonly everywhere?: ((clientId: string) => boolean) | undefined;
    },
  ): Promise<boolean>;

  /**
   * Adds up a day's events. False when the session isn't live, metrics are off, or the profile allowing them was read
   * before `readSince`.
   */
  addMetrics(hash: Buffer, events: readonly MetricsEvent[], readSince: number, at: number): Promise<boolean>;
  /** True once per day and client, for an account that allows metrics. */
  engageOnce(account: Buffer, clientId: string, day: string, readSince: number): Promise<boolean>;

  /** Deletes what one client counted for an account; counts of other clients stay. */
  forgetMetrics(account: Buffer, clientId: string): Promise<void>;

  /** Undefined when it is done or set aside. */
  revocation(refreshTokenId: string): Promise<Revocation | undefined>;
  revoked(refreshTokenId: string): Promise<void>;
  /** Schedules the next attempt in `wait` milliseconds. `why`: a code. */
  postpone(refreshTokenId: string, wait: number, why: string): Promise<void>;
  /** Removes it from the queue for the operator to look at. `why`: a code. */
  setAside(refreshTokenId: string, why: string): Promise<void>;
  /** Requeues attempts that are overdue, such as those of a worker that was killed. */
  requeueOverdue(): Promise<number>;

  /** Deletes expired data. Never rejects: errors go to `failed`, and the other tables are still processed. */
  prune(failed: (error: unknown) => void): Promise<void>;
  /** Counts all sessions: for the status page, too expensive for frequent polling. */
  operatorState(at: number): Promise<OperatorState>;
  /** Costs the same regardless of the number of accounts. */
  revocationState(): Promise<OperatorState['revocations']>;
  /** When the last event of each client id came; reads some thousand rows at most. */
  lastEvents(): Promise<Readonly<Record<string, LastEvent>>>;
  /** Writes a row as events do; rejects when no event could be stored now. Resolves with the database's clock. */
  ping(): Promise<number>;
}

/** A sign-in begun by a web application. */
export interface WebState {
  /** Name of the client. */
  readonly client: string;
  /** Where the sign-in ends, as the URL parser writes it. */
  readonly redirect: string;
  /** S256 of the web application's verifier; absent where an old client gets the token itself. */
  readonly challenge?: string | undefined;
}

/** What a one-time code is redeemed for. */
export interface WebCode {
  /** Name of the client. */
  readonly client: string;
  /** The only origin that may redeem it. */
  readonly origin: string;
  readonly challenge: string;
  /** Sealed under the code, which is not stored. */
  readonly sealed: Buffer;
}

/** Identified by SHA-256 hashes. `lifetime`: milliseconds, by the database's clock. */
export interface WebSignIns {
  saveWebState(
    state: WebState & { readonly hash: Buffer; readonly browser: Buffer; readonly lifetime: number },
  ): Promise<void>;
  /** Deletes and returns a state of this browser: one caller gets it, all others undefined. */
  takeWebState(hash: Buffer, browser: Buffer): Promise<WebState | undefined>;
  saveWebCode(code: WebCode & { readonly hash: Buffer; readonly lifetime: number }): Promise<void>;
  /** Deletes and returns a code: one caller gets it, all others undefined. */
  takeWebCode(hash: Buffer): Promise<WebCode | undefined>;
}

/** Totals for the status page; nothing about a single account or session. */
export interface OperatorState {
  readonly clients: Readonly<
    Record<string, { readonly sessions: number; readonly lastEvent?: { kind: EventKind; at: number } }>
  >;
  /** During a rotation: accounts still under the former secret, and the instant when retention has ended the last. */
  readonly rotation?: { readonly remaining: number; readonly endsAt?: number | undefined } | undefined;
  /** Deliveries about known accounts, by hour of the last week. */
  readonly deliveries: readonly {
    readonly hour: number;
    readonly clientId: string;
    readonly kind: EventKind;
    readonly count: number;
  }[];
  readonly revocations: {
    readonly pending: number;
    readonly oldest?: number | undefined;
    readonly setAside: readonly SetAside[];
  };
}

/** How many grants of a client were set aside for one reason. */
export interface SetAside {
  readonly clientId: string;
  readonly why: string;
  readonly count: number;
}
