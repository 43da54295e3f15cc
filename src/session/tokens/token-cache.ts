// The access tokens this browser holds: kept before they are judged, fresh or not, and never forgotten before they are dead.
import { FxaError } from '../../fxa/errors.ts';
import { collapseScopes, grantedCovers, isValidScope, parseScopes } from '../../fxa/scopes.ts';
import type { Context } from '../context.ts';
import type { CachedToken } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';

/** The owner of a token that no session will use again. */
const NO_OWNER = '';

const MAX_MARGIN_MS = 5 * 60_000;

/** More tokens than this nobody waits to see destroyed; all but a few have expired long since. */
const MAX_TOKENS = 100;

/** A token from further in the future than this was received before the clock was set back: its age is unknown. */
const CLOCK_SLACK_MS = 60_000;

/** Keeps an access token under its owner, before anything else is done with it. */
export async function cacheToken(
  context: Context,
  owner: string,
  answer: { readonly accessToken: string; readonly scope: string; readonly expiresIn: number },
): Promise<CachedToken> {
  const receivedAt = context.ports.now();
  const held: CachedToken = {
    token: answer.accessToken,
    issuer: context.config.issuer,
    owner,
    scope: answer.scope,
    receivedAt,
    expiresAt: receivedAt + answer.expiresIn * 1000,
  };
  await context.store.updateTokens((tokens) => [
    ...tokens
      .filter(({ token }) => token !== held.token)
      .map((other) => orphanExpired(other, receivedAt))
      .slice(-MAX_TOKENS),
    held,
  ]);
  return held;
}

/** What has expired by our clock is of no use here; it may be alive all the same, so it is destroyed as an orphan. */
function orphanExpired(held: CachedToken, now: number): CachedToken {
  return held.expiresAt > now || held.owner === NO_OWNER ? held : { ...held, owner: NO_OWNER };
}

/** FxA: a refresh drops `openid`, which only serves the sign-in; a token without it is as good. */
function withoutOpenid(scope: string): string {
  return parseScopes(scope)
    .filter((one) => one !== 'openid')
    .join(' ');
}

/**
 * The scope a token is asked for with, in one form however it was written.
 *
 * @throws FxaError `invalid_request` where there is none beside `openid`: such a token could do nothing.
 */
export function tokenScope(wanted: string): string {
  const scopes = parseScopes(withoutOpenid(wanted));
  if (scopes.length === 0 || !scopes.every(isValidScope))
    throw new FxaError('invalid_request', 'A token needs a scope other than openid.', { parameter: 'scope' });
  return collapseScopes(scopes).sort().join(' ');
}

/** Fresh while more than the margin is left: five minutes, or a tenth of a short life. */
export function isFresh(token: CachedToken, now: number): boolean {
  return now < staleAt(token) && now > token.receivedAt - CLOCK_SLACK_MS;
}

/** The instant (milliseconds) from which a token is no longer handed out. Pure. */
export function staleAt({ receivedAt, expiresAt }: CachedToken): number {
  return expiresAt - Math.min(MAX_MARGIN_MS, (expiresAt - receivedAt) / 10);
}

/** The newest token of the session, of those that do all the session may do. Pure. */
export function mainToken(tokens: readonly CachedToken[], { id, grant }: SignedIn): CachedToken | undefined {
  const scope = withoutOpenid(grant.scope);
  return tokens.findLast((token) => token.owner === id && grantedCovers(token.scope, scope));
}

/** A refused token must not be handed out again. It may be alive all the same, so it is destroyed as an orphan. */
export function orphan(context: Context, refused: string): Promise<void> {
  return context.store.updateTokens((tokens) =>
    tokens.map((held) => (held.token === refused ? { ...held, owner: NO_OWNER } : held)),
  );
}
