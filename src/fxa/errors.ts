// The project's only error class, with its closed lists of codes and reasons. Compare `code` instead of using
// `instanceof`: errors cross a message channel, which loses the class.

/** What went wrong, by what to do about it. Each code has a message in every locale. */
export const FXA_ERROR_CODES = [
  /** The user or the caller's signal cancelled. */
  'cancelled',
  /** Another sign-in window is still open. */
  'busy',
  /** The background ended during a sign-in. */
  'interrupted',
  /** The background did not answer a command, which may or may not have run. */
  'unanswered',
  /** No response: no network, unknown host, refused or dropped connection, or CORS. */
  'offline',
  /** Mozilla accounts failed (5xx) or did not respond in time. Keep all state and retry later. */
  'server_unavailable',
  /** Too many requests; see `retryAfter`. */
  'rate_limited',
  /** Signed out, but this needs a session. */
  'signed_out',
  /** The grant is gone, or silent authorization requires interaction. */
  'reauth_required',
  /** The signed-in account changed during the call. */
  'account_changed',
  /** The account signed in without the second step that was asked for; see `reason`. */
  'step_up_required',
  /** 401 from a resource. The grant may still be valid: refresh once and retry. */
  'token_rejected',
  /** The client may not have these scopes, or the token's scopes are insufficient. */
  'scope_denied',
  /** The response is invalid or unexpected; see `reason`. Retry. */
  'bad_response',
  /** The callback does not belong to this attempt. */
  'state_mismatch',
  /** Client id, redirect URI, issuer or an endpoint differs from the registration. */
  'misconfigured',
  /** Mozilla accounts would reject or silently ignore the request; see `parameter`. */
  'invalid_request',
  /** Not supported on this platform. */
  'unsupported',
  /** The account or session must be confirmed by email first. */
  'account_unverified',
  'account_disabled',
  'storage_newer',
  'storage_corrupt',
  /** The browser cannot read or write the extension's storage. */
  'storage_unavailable',
  /** A bug in this program. */
  'internal',
] as const;

export type FxaErrorCode = (typeof FXA_ERROR_CODES)[number];

/** Details of a code. Each reason has a message in every locale. */
export const FXA_REASONS = [
  /** HTML, an empty body, or JSON other than an object. */
  'not_json',
  /** An error response with no more specific meaning. */
  'refused',
  /** The authorization code is unknown, used, expired or from another attempt: sign in again. */
  'code_refused',
  /** Mozilla accounts has no such token, so it counts as destroyed. */
  'token_unknown',
  /** Mozilla accounts has switched this client off temporarily. */
  'client_disabled',
  'token_response',
  'callback_redirect',
  'callback_duplicate',
  'callback_issuer',
  'callback_client',
  'callback_code',
  'callback_error',
  'id_token_missing',
  'id_token_malformed',
  'id_token_algorithm',
  'id_token_key',
  'id_token_signature',
  'id_token_issuer',
  'id_token_audience',
  /** In the answer to a refresh: of another account than the one that signed in. */
  'id_token_subject',
  'id_token_expired',
  'id_token_hash',
  'profile',
  'discovery',
  'discovery_issuer',
  /** The server names an endpoint that the build's content security policy doesn't let it connect to. */
  'discovery_origin',
  'keys',
  /** Scoped keys were requested but not returned. */
  'keys_missing',
  /** The returned scoped keys cannot be decrypted or are invalid. */
  'keys_malformed',
  /** The returned scoped keys are older than the ones this browser already has. */
  'keys_older',
  /** The grant is gone, cause unknown: disconnected, or the password changed. */
  'grant_revoked',
  /** The grant is gone, probably because an answer with the next refresh token was lost. */
  'rotation_lost',
  /** The grant is gone, and the companion reported the cause. */
  'password_changed',
  'account_deleted',
  /** The user signed out in this extension. */
  'by_user',
  /** The browser lost the key that encrypts the refresh token. */
  'key_lost',
  /** The browser cannot keep an encryption key, so the sign-in ended when it closed. */
  'keys_not_kept',
  /** The browser lost the stored session; only the backup still lists its grant. */
  'record_lost',
  /** Cancelled before the window opened; it may still appear. */
  'window_coming',
  /** The permission to see where the tab ends was revoked. */
  'tab_not_allowed',
  /** The sign-in lasted only until the browser closed, as configured. */
  'session_only',
  /** Nor with the second step when it was asked for again, so it isn't asked for a third time. */
  'step_up_refused',
  /** A resource rejected several fresh tokens, so requesting more is paused. */
  'tokens_refused',
  /** This build uses another server or client id than the previous one. */
  'environment_changed',
] as const;

export type Reason = (typeof FXA_REASONS)[number];

export interface FxaErrorDetails {
  /** Never sent over the message channel. Never a response body, which may repeat codes and tokens. */
  cause?: unknown;
  reason?: Reason | undefined;
  parameter?: string | undefined;
  retryAfter?: number | undefined;
  status?: number | undefined;
  errno?: number | undefined;
}

/** Messages are for developers and never contain a token, code, verifier or email address. */
export class FxaError extends Error {
  override readonly name = 'FxaError';
  readonly code: FxaErrorCode;
  declare readonly reason?: Reason;
  /** The invalid parameter, by its name on the wire. */
  declare readonly parameter?: string;
  /** Seconds to wait before retrying, at most 3600. */
  declare readonly retryAfter?: number;
  /** HTTP status of the response. */
  declare readonly status?: number;
  /** FxA's error number; its meaning depends on the path family. */
  declare readonly errno?: number;

  constructor(code: FxaErrorCode, message: string, { cause, ...details }: FxaErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) Object.assign(this, { [name]: value });
    }
  }
}

/**
 * Recognizes an `FxaError` by its shape, including one rebuilt from a message.
 *
 * @example
 * if (isFxaError(error) && error.code === 'reauth_required') await signIn();
 */
export function isFxaError(value: unknown): value is FxaError {
  if (typeof value !== 'object' || value === null) return false;
  const { name, code } = value as { name?: unknown; code?: unknown };
  return name === 'FxaError' && FXA_ERROR_CODES.some((known) => known === code);
}
