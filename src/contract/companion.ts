// What the extension and the companion say to each other: routes and shapes, and not a line of either.

export const COMPANION_PATHS = {
  sessions: '/v1/sessions',
  session: '/v1/session',
  end: '/v1/session/end',
  metricsFlow: '/v1/metrics-flow',
  metrics: '/v1/metrics',
} as const;

/** `POST /v1/sessions`, beside a narrow access token as the bearer. */
export interface SessionRequest {
  /** The session bought before, to be refreshed rather than replaced. */
  readonly session?: string;
}

/** The answer: 201 when the session is a new one, 200 when it is the one that was shown. */
export interface SessionAnswer extends AccountState {
  /** 32 random bytes, base64url. Shown from now on as the bearer; kept nowhere but with its owner. */
  readonly session: string;
}

/** `GET /v1/session`: what the companion knows of the account. The answer has an `ETag`. */
export interface AccountState {
  /** Grows with each change that a new look at the profile would show. */
  readonly revision: number;
  /** Whether metrics about this person are taken at all: a profile said so, and nothing has been heard against it since. */
  readonly metrics: boolean;
  /** Until when that profile counts, in milliseconds; then the session is to be refreshed before metrics are taken. */
  readonly metricsUntil?: number;
  /** Capabilities that were told since the session began, by name. */
  readonly subscriptions: Readonly<Record<string, boolean>>;
}

/** `POST /v1/session/end`. */
export interface EndRequest {
  /** SHA-256 of refresh tokens' bytes, hex: enough to destroy them, and nothing else. 20 at most. */
  readonly refreshTokenIds: readonly string[];
}

/** What 401 on a session means. `unknown_session`: buy a new one, nothing more. */
export const ENDED_REASONS = ['password_changed', 'account_deleted', 'signed_out', 'expired'] as const;
export type EndedReason = (typeof ENDED_REASONS)[number];

/** The body of every error. */
export interface ErrorAnswer {
  readonly error: string;
  /** For developers. */
  readonly message: string;
  /** With `session_ended`. */
  readonly reason?: EndedReason;
  /** With `session_ended`: the instant in milliseconds. */
  readonly at?: number;
}

/**
 * `POST /v1/metrics`. Counted by day; no instants. 403 `metrics_off`: the person has not allowed it; `consent_stale`: the
 * session is to be refreshed first. `DELETE /v1/metrics` has all counts of this person by this client forgotten: 204.
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
