// The reasons for refusing a token: a closed list, for counters and for the sender.

export const REFUSAL_REASONS = [
  /** Missing, too long, not three canonical base64url parts, or parts that are not JSON objects. */
  'malformed',
  /** Any algorithm but RS256. */
  'algorithm',
  /** The header has `crit`, or leaves the payload unencoded. */
  'extension',
  /** The header declares another type of token. */
  'type',
  /** The key is not in a newly fetched key set. */
  'key',
  'signature',
  'issuer',
  'audience',
  'subject',
  /** No `jti`. */
  'id',
  /** No `iat`, or too old. */
  'stale',
  /** `iat`, `nbf` or a change time in the future. */
  'future',
  /** Past its `exp`, which a security event token need not have. */
  'expired',
  /** No events, or one with an invalid payload. */
  'events',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The token is invalid and stays so. Contains nothing of the token. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(`The token was refused: ${reason}`);
    this.reason = reason;
  }
}
