// Why a token was not believed: a closed list, for counters and for whoever sent it.

export const REFUSAL_REASONS = [
  /** None at all, too long, not three canonical parts, or parts that are no JSON objects. */
  'malformed',
  /** Any but RS256. */
  'algorithm',
  /** The header makes something critical, or leaves the payload unencoded. */
  'extension',
  /** The header says it is a token of another kind. */
  'type',
  /** The key is not in a key set fetched after the token came. */
  'key',
  'signature',
  'issuer',
  'audience',
  'subject',
  /** No `jti`. */
  'id',
  /** No `iat`, or one too long ago. */
  'stale',
  /** Signed, or telling of a change, later than now. */
  'future',
  /** Past its own `exp`, which a security event token need not have. */
  'expired',
  /** No events, or one whose payload is not what it should be. */
  'events',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The token is not to be believed, now or later. Holds nothing of the token. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(`The token was refused: ${reason}`);
    this.reason = reason;
  }
}
