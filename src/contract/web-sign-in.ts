// The contract between web applications and companion: how one signs in through the other.

/** Each also answers under `/v1`. */
export const WEB_PATHS = {
  params: '/fxa-oauth/params',
  login: '/fxa-oauth/login',
  token: '/fxa-oauth/token',
} as const;

/** `GET /fxa-oauth/params`. */
export interface ParamsAnswer {
  readonly client_id: string;
  /** Origin of the OAuth server. */
  readonly oauth_uri: string;
  /** What an access token must have, space-separated. */
  readonly scope: string;
}

/** `POST /fxa-oauth/token`, from the origin of the redirect. */
export interface RedeemRequest {
  /** From the fragment `#code=…`: valid for 60 seconds, and once. */
  readonly code: string;
  /** Its S256 was the `code_challenge` given to `/fxa-oauth/login`. */
  readonly code_verifier: string;
}

export interface RedeemAnswer {
  readonly access_token: string;
  readonly token_type: 'bearer';
  /** Seconds. */
  readonly expires_in: number;
  /** Space-separated, as granted. */
  readonly scope: string;
  /** The companion session, as of `POST /v1/sessions`. */
  readonly session: string;
}

/** What the fragment `#error=…` may name. */
export type WebSignInError =
  | 'access_denied'
  | 'login_required'
  | 'invalid_grant'
  | 'temporarily_unavailable'
  | 'server_error';
