// The contract between extension and companion: routes and message shapes, no code of either.

export const COMPANION_PATHS = {
  sessions: '/v1/sessions',
  session: '/v1/session',
  end: '/v1/session/end',
  metricsFlow: '/v1/metrics-flow',
  metrics: '/v1/metrics',
} as const;

/**
 * The header by which an answer to `GET /v1/session` asks for a pause before the next one: whole seconds. A header,
 * because a 304 has no body, and because it must not change the `ETag`.
 */
export const POLL_AFTER = 'poll-after';

/** `POST /v1/sessions`, beside a narrow access token as the bearer. */
export interface SessionRequest {
  /** The existing session, to refresh it instead of creating another. */
  readonly session?: string;
}

/** The answer: 201 for a new session, 200 for a refreshed one. */
export interface SessionAnswer extends AccountState {
  /** The bearer token from now on: 32 random bytes, base64url. Only its owner stores it. */
  readonly session: string;
}

/** `GET /v1/session`: what the companion knows about the account. The answer has an `ETag`. */
export interface AccountState {
  /** Increases with each change that refetching the profile would show. */
  readonly revision: number;
  /** Whether the account allows metrics, by the last profile and the events since. */
  readonly metrics: boolean;
  /**
   * How long that profile is valid, in milliseconds since the epoch; afterwards, refresh the session before uploading.
   */
  readonly metricsUntil?: number;
  /** Capabilities reported by events since the session began, by name. */
  readonly subscriptions: Readonly<Record<string, boolean>>;
}

/** `POST /v1/session/end`. */
export interface EndRequest {
  /** SHA-256 of the refresh tokens' bytes, hex: enough to destroy them, and for nothing else. 20 at most. */
  readonly refreshTokenIds: readonly string[];
  /** Also deletes all counts of this account and client, like `DELETE /v1/metrics`, before the answer. */
  readonly metrics?: 'forget';
  /** Also ends the account's other sessions, of all clients in this one's space. */
  readonly everywhere?: true;
}

/** The answer, 202, to a request that says `forget`; otherwise it has no body, as from a companion of version 0.1.0. */
export interface EndAnswer {
  readonly metrics: 'forgotten';
}

/** Why a session was ended, in a 401 `session_ended`. A 401 `unknown_session` has no reason: create a new one. */
export const ENDED_REASONS = ['password_changed', 'account_deleted', 'signed_out', 'expired'] as const;
export type EndedReason = (typeof ENDED_REASONS)[number];

/** The body of every error. */
export interface ErrorAnswer {
  readonly error: string;
  /** For developers. */
  readonly message: string;
  /** With `session_ended`. */
  readonly reason?: EndedReason;
  /** With `session_ended`: when, in milliseconds. */
  readonly at?: number;
}

/**
 * `POST /v1/metrics`: counts per day, without times. 403 `metrics_off`: the account doesn't allow metrics; 403
 * `consent_stale`: refresh the session first. `DELETE /v1/metrics` deletes all counts of this account and client: 204.
 */
export interface MetricsRequest {
  /** 50 at most. */
  readonly events: readonly MetricsEvent[];
}

export interface MetricsEvent {
  /** `[a-z_]{1,40}` */
  readonly name: string;
  /** A code, never free text: `[a-z_]{1,40}`. */
  readonly detail?: string;
  /** `2026-11-21` */
  readonly day: string;
  readonly count: number;
}
