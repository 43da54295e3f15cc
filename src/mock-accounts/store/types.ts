/** What the mock server remembers. Instants are in milliseconds unless a name says otherwise. */

export interface Client {
  readonly id: string;
  readonly name: string;
  /** Exact strings; the first is used when a request names none. */
  readonly redirectUris: readonly string[];
  readonly publicClient: boolean;
  readonly trusted: boolean;
  /** 64 hex characters; confidential clients only. */
  readonly secret?: string;
  /**
   * Scopes a refresh may widen to, space-separated; trusted clients only. FxA: a scope that carries keys must be among
   * them.
   */
  readonly allowedScopes?: string;
  /** FxA: clients so configured get JWTs (RFC 9068) as access tokens. 2019 had none. */
  readonly jwtAccessTokens?: boolean;
  /** FxA answers 503 for a disabled client. */
  readonly disabled?: boolean;
  /** FxA: a resource server is told of everybody's changes, a person's other clients of that person's only. */
  readonly resourceServer?: boolean;
}

/** What relying parties are told of an account. */
export interface AccountChange {
  readonly uid: string;
  /** The end of the event's URI, such as `password-change`. */
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The only client it concerns. Default: all clients of the account. */
  readonly clientId?: string;
}

export interface Account {
  /** 32 hex characters. */
  readonly uid: string;
  email: string;
  password: string;
  verified: boolean;
  /** 32 bytes in hex, from which all scoped keys are derived. FxA: the servers know it only wrapped by the password. */
  kB: string;
  /** When `kB` last changed. FxA: a reset of the password changes it, a change of the password does not. */
  keysChangedAt: number;
  /** Shown on the page in place of an e-mail. */
  confirmationCode: string;
  displayName?: string;
  /** Id of the picture chosen; none means the default one. */
  avatarId?: string;
  locale: string;
  metricsEnabled: boolean;
  /** Capabilities by client id. */
  subscriptions: Readonly<Record<string, readonly string[]>>;
  /** Base32; an account with one signs in with a second step (RFC 6238). */
  totpSecret?: string;
  readonly createdAt: number;
  profileChangedAt: number;
  disabledAt?: number;
  lockedAt?: number;
}

export interface Session {
  readonly token: string;
  readonly uid: string;
  /** When the password was last entered. */
  lastAuthAt: number;
  amr: readonly string[];
  /** 2 once the second step was taken. */
  aal: number;
}

/** What a person allowed a client. */
export interface Authorization {
  readonly clientId: string;
  readonly uid: string;
  readonly scope: string;
}

/** How and when a person signed in. */
export interface Authentication {
  /** Seconds. */
  readonly authAt: number;
  readonly amr: readonly string[];
  readonly aal: number;
}

export interface Code extends Authorization, Authentication {
  readonly code: string;
  readonly createdAt: number;
  readonly offline: boolean;
  /** S256; absent for confidential clients. */
  readonly codeChallenge?: string;
  readonly keysJwe?: string;
}

export interface AccessToken extends Authorization {
  /** SHA-256 of the token's bytes, hex. The token itself is not kept. */
  readonly id: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly profileChangedAt: number;
  /** FxA: of a sign-in only. No refresh token remembers it. */
  readonly authentication?: Authentication | undefined;
}

export interface RefreshToken extends Authorization {
  /** SHA-256 of the token's bytes, hex: what FxA calls `refresh_token_id`. */
  readonly id: string;
  readonly createdAt: number;
  lastUsedAt: number;
}

export interface Image {
  readonly id: string;
  readonly uid: string;
  readonly type: 'image/png' | 'image/jpeg' | 'image/svg+xml';
  readonly bytes: Uint8Array<ArrayBuffer>;
}
