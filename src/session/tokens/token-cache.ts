// Caches access tokens: each is stored before its answer is validated, and removed only once it was destroyed.
import { followsStandards, type Deployment } from '../../fxa/environments.ts';
import { FxaError } from '../../fxa/errors.ts';
import { checkRefreshedIdToken } from '../../fxa/id-token.ts';
import { collapseScopes, grantedCovers, isValidScope, parseScopes } from '../../fxa/scopes.ts';
import { issuedTokens, validateAccessToken, type TokenResponse } from '../../fxa/tokens.ts';
import type { Context } from '../context.ts';
import type { CachedToken } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';

/** The owner of a token that no session will use again. */
export const NO_OWNER = '';

const MAX_MARGIN_MS = 5 * 60_000;

/** Cache limit; the oldest tokens, which have long expired, are dropped. */
const MAX_TOKENS = 100;

/** Lifetime to ask for, in seconds: short, because tokens forgotten at a restart can't be destroyed. */
export const ACCESS_TOKEN_TTL = 3600;

/** A token received further in the future than this predates a clock change, so its age is unknown. */
const CLOCK_SLACK_MS = 60_000;

/** Caches an access token for its owner. Call before doing anything else with it. */
export async function cacheToken(
  context: Context,
  owner: string,
  answer: { readonly accessToken: string; readonly scope: string; readonly expiresIn: number },
): Promise<CachedToken> {
  const receivedAt = context.ports.now();
  const { accessToken: token, scope, expiresIn } = answer;
  const expiresAt = receivedAt + expiresIn * 1000;
  const cached = { token, issuer: context.config.issuer, owner, scope, receivedAt, expiresAt };
  await context.store.updateTokens((tokens) => [
    ...tokens
      .filter((other) => other.token !== token)
      // Expired by our clock only: the server may still accept it, so it is destroyed.
      .map((other) => (other.expiresAt > receivedAt ? other : { ...other, owner: NO_OWNER }))
      .slice(-MAX_TOKENS),
    cached,
  ]);
  return cached;
}

/** Caches a token whose answer is not validated yet: it is never handed out, but it will be destroyed. */
export function cacheUnvalidated(context: Context, owner: string, accessToken: string): Promise<CachedToken> {
  return cacheToken(context, owner, { accessToken, scope: '', expiresIn: ACCESS_TOKEN_TTL });
}

/** An answer to a refresh, and the deployment that gave it. */
export interface RefreshAnswer {
  readonly deployment: Deployment;
  readonly answer: TokenResponse;
}

/** Caches the token before the answer is validated, so that it is destroyed as an orphan if the answer is rejected. */
export async function cacheIssued(
  context: Context,
  { id: owner, account }: SignedIn,
  { deployment, answer }: RefreshAnswer,
  { scope, ephemeral }: { readonly scope: string; readonly ephemeral: boolean },
): Promise<CachedToken> {
  const { accessToken } = await issuedTokens(deployment, answer);
  if (accessToken !== undefined) await cacheUnvalidated(context, owner, accessToken);
  try {
    const accepted = await validateAccessToken(deployment, answer, scope);
    // FxA is never asked for one at a refresh.
    if (followsStandards(deployment)) checkRefreshedIdToken(deployment, answer.id_token, account.subject);
    const cached = await cacheToken(context, owner, ephemeral ? { ...accepted, scope: '' } : accepted);
    return { ...cached, scope: accepted.scope };
  } catch (error) {
    if (accessToken !== undefined) await orphan(context, accessToken);
    throw error;
  }
}

/** FxA: a refresh drops `openid`, which only matters at sign-in. */
const withoutOpenid = (scope: string) => parseScopes(scope).filter((one) => one !== 'openid');

/**
 * A requested scope in canonical form: without `openid`, collapsed and sorted.
 *
 * @throws FxaError `invalid_request` for an invalid scope, or for nothing but `openid`: such a token could do nothing.
 */
export function tokenScope(requested: string): string {
  const scopes = withoutOpenid(requested);
  if (scopes.length === 0 || !scopes.every(isValidScope))
    throw new FxaError('invalid_request', 'A token needs a scope other than openid.', { parameter: 'scope' });
  return collapseScopes(scopes).sort().join(' ');
}

/** Whether more than the margin is left: five minutes, or a tenth of a short lifetime. Pure. */
export function isFresh(token: CachedToken, now: number): boolean {
  return now < staleAt(token) && now > token.receivedAt - CLOCK_SLACK_MS;
}

/** When a token stops being handed out, in milliseconds. Pure. */
export function staleAt({ receivedAt, expiresAt }: CachedToken): number {
  return expiresAt - Math.min(MAX_MARGIN_MS, (expiresAt - receivedAt) / 10);
}

/** The newest token of the session that covers everything its grant allows. Pure. */
export function mainToken(tokens: readonly CachedToken[], { id, grant }: SignedIn): CachedToken | undefined {
  const scope = withoutOpenid(grant.scope).join(' ');
  return tokens.findLast((token) => token.owner === id && grantedCovers(token.scope, scope));
}

/** Orphans a token, so that it is never handed out again and gets destroyed. */
export function orphan(context: Context, refused: string): Promise<void> {
  return context.store.updateTokens((tokens) =>
    tokens.map((cached) => (cached.token === refused ? { ...cached, owner: NO_OWNER } : cached)),
  );
}
