// The one error class of the project and its closed lists of codes and reasons. Compare `code`, never `instanceof`:
// errors cross a message channel, and a class does not survive that.

/** What went wrong, in terms of what to do about it. Every code has a text in every locale. */
export const FXA_ERROR_CODES = [
  /** The person, or the caller's signal, gave up. */
  'cancelled',
  /** The browser still has another sign-in window open. */
  'busy',
  /** The background ended while a sign-in was under way. */
  'interrupted',
  /** The background did not answer a command; whether it was carried out is not known. */
  'unanswered',
  /** No answer at all: no network, no such host, connection refused or dropped, or CORS. */
  'offline',
  /** Mozilla accounts answers with its own trouble (5xx) or not in time. Keep everything, try later. */
  'server_unavailable',
  /** Too many requests; see `retryAfter`. */
  'rate_limited',
  /** There is no session to do this with. */
  'signed_out',
  /** Proof that the grant is gone, or that a silent authorization needs the person. */
  'reauth_required',
  /** Another account than the one a call began with is signed in by now. */
  'account_changed',
  /** 401 from a resource. No proof of anything yet: refresh once and try again. */
  'token_rejected',
  /** The client may not have these scopes, or the token's scopes do not reach. */
  'scope_denied',
  /** The answer is not to be trusted or not understood; see `reason`. Try again. */
  'bad_response',
  /** The callback does not belong to this attempt. */
  'state_mismatch',
  /** Client id, redirect URI, issuer or an address is not what Mozilla accounts has registered. */
  'misconfigured',
  /** The caller asked for something Mozilla accounts would refuse or silently drop; see `parameter`. */
  'invalid_request',
  /** This platform cannot do it. */
  'unsupported',
  /** The account or its session waits for a confirmation sent by e-mail. */
  'account_unverified',
  'account_disabled',
  'storage_newer',
  'storage_corrupt',
  /** The browser refuses to read or write the extension's storage. */
  'storage_unavailable',
  /** A fault of this program. */
  'internal',
] as const;

export type FxaErrorCode = (typeof FXA_ERROR_CODES)[number];

/** Why an answer was refused, or which trouble it reports. Each has its own words in the interface. */
export const FXA_REASONS = [
  /** HTML, nothing, or JSON that is no object. */
  'not_json',
  /** An error answer with a number that has no better meaning here. */
  'refused',
  /** The code is unknown, used, expired or of another attempt: sign in again. */
  'code_refused',
  /** Mozilla accounts knows no such token (it is as good as destroyed). */
  'token_unknown',
  /** Mozilla accounts has switched this client off for the time being. */
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
  'id_token_expired',
  'id_token_hash',
  'profile',
  'discovery',
  'discovery_issuer',
  'keys',
  /** Scoped keys were asked for, and are not in the answer. */
  'keys_missing',
  /** The scoped keys in the answer cannot be opened, or are not what they should be. */
  'keys_malformed',
  /** The answer holds older scoped keys than the ones this browser has already had. */
  'keys_older',
  /** Proof that the grant is gone, but not why: disconnected, or a new password. */
  'grant_revoked',
  /** The same proof, and the companion had said why. */
  'password_changed',
  'account_deleted',
  /** The person signed out in this extension. */
  'by_user',
  /** The key that seals the refresh token is gone from this browser. */
  'key_lost',
  /** The browser keeps no key to seal the refresh token with, so the sign-in ended with it. */
  'keys_not_kept',
  /** The browser has lost what was stored, while the backup of grants still has the one of the session. */
  'record_lost',
  /** It was cancelled before its window had opened, which it may still do. */
  'window_coming',
  /** The permission to see where a tab ends was taken back. */
  'tab_not_allowed',
  /** The sign-in was to last until the browser ends, and it did. */
  'session_only',
  /** A resource refused so many fresh tokens that no more are asked for just now. */
  'tokens_refused',
  /** This build talks to another server, or as another client, than the one before. */
  'environment_changed',
] as const;

export type Reason = (typeof FXA_REASONS)[number];

export interface FxaErrorDetails {
  /** Stays on this side of the message channel. Never an answer's body: bodies repeat codes and tokens. */
  cause?: unknown;
  reason?: Reason | undefined;
  parameter?: string | undefined;
  retryAfter?: number | undefined;
  status?: number | undefined;
  errno?: number | undefined;
}

/** Messages are for developers and hold no token, code, verifier or e-mail address. */
export class FxaError extends Error {
  override readonly name = 'FxaError';
  readonly code: FxaErrorCode;
  declare readonly reason?: Reason;
  /** The parameter at fault, by its name on the wire. */
  declare readonly parameter?: string;
  /** Seconds to leave the server alone, at most 3600. */
  declare readonly retryAfter?: number;
  /** HTTP status of the answer. */
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

/** Recognises an `FxaError` by its shape, so also one that was rebuilt from a message. */
export function isFxaError(value: unknown): value is FxaError {
  if (typeof value !== 'object' || value === null) return false;
  const { name, code } = value as { name?: unknown; code?: unknown };
  return name === 'FxaError' && FXA_ERROR_CODES.some((known) => known === code);
}
