// Stored items for unit tests: each has defaults for what a test does not mention.
import type { CachedToken, Revocation } from '../state/record.ts';
import type { SignedIn, StoredGrant } from '../state/states.ts';

/** An entry of the outbox, due at once. */
export function revocation(more: Partial<Revocation> = {}): Revocation {
  return { refreshTokenId: 'id', issuer: 'i', since: 1, attempts: 0, notBefore: 0, ...more };
}

/** Ada's session, with a refresh token that `createHost` can unseal. */
export function signedIn(more: Partial<SignedIn> = {}, grant: Partial<StoredGrant> = {}): SignedIn {
  const sealed = { refreshToken: `sealed:${btoa('ab'.repeat(32))}` };
  return {
    status: 'signedIn',
    id: 's1',
    since: 1,
    account: { subject: 'ada' },
    grant: { refreshTokenId: 'id', scope: 'openid profile', sealed, ...grant },
    ...more,
  };
}

/** An access token of the session `s1`, received at 0 and good for an hour. */
export function cachedToken(more: Partial<CachedToken> = {}): CachedToken {
  return {
    token: 't',
    issuer: 'i',
    owner: 's1',
    scope: 'profile',
    receivedAt: 0,
    expiresAt: 3_600_000,
    ...more,
  };
}
