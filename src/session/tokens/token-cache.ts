// The access tokens this browser holds: kept before they are judged, fresh or not, and never forgotten before they are dead.
import { FxaError } from '../../fxa/errors.ts';
import { collapseScopes, grantedCovers, isValidScope, parseScopes } from '../../fxa/scopes.ts';
import type { Context } from '../context.ts';
import type { HeldToken } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';

/** The owner of a token that no session will use again. */
const NOBODY = '';

const MAX_MARGIN_MS = 5 * 60_000;

/** More tokens than this nobody waits to see destroyed; all but a few have expired long since. */
const MOST_TOKENS = 100;

/** A token from further in the future than this was received before the clock was set back: its age is unknown. */
const CLOCK_SLACK_MS = 60_000;

/** Keeps an access token under its owner, before anything else is done with it. */
export async function holdToken(
  context: Context,
  owner: string,
  answer: { readonly accessToken: string; readonly scope: string; readonly expiresIn: number },
): Promise<HeldToken> {
  const receivedAt = context.ports.now();
  const held: HeldToken = {
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
      .map((other) => retired(other, receivedAt))
      .slice(-MOST_TOKENS),
    held,
  ]);
  return held;
}

/** What has expired by our clock is of no use here; it may be alive all the same, so it is destroyed as an orphan. */
function retired(held: HeldToken, now: number): HeldToken {
  return held.expiresAt > now || held.owner === NOBODY ? held : { ...held, owner: NOBODY };
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
export function isFresh(token: HeldToken, now: number): boolean {
  return now < staleAt(token) && now > token.receivedAt - CLOCK_SLACK_MS;
}

/** The instant (milliseconds) from which a token is no longer handed out. Pure. */
export function staleAt({ receivedAt, expiresAt }: HeldToken): number {
  return expiresAt - Math.min(MAX_MARGIN_MS, (expiresAt - receivedAt) / 10);
}

/** The newest token of the session, of those that do all the session may do. Pure. */
export function mainToken(tokens: readonly HeldToken[], { id, grant }: SignedIn): HeldToken | undefined {
  const scope = withoutOpenid(grant.scope);
  return tokens.findLast((token) => token.owner === id && grantedCovers(token.scope, scope));
}

/** A refused token must not be handed out again. It may be alive all the same, so it is destroyed as an orphan. */
export function disown(context: Context, refused: string): Promise<void> {
  return context.store.updateTokens((tokens) =>
    tokens.map((held) => (held.token === refused ? { ...held, owner: NOBODY } : held)),
  );
}
