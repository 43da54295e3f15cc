// Hands out access tokens, and refreshes them. Contexts share one refresh, and a call never gets a token of another
// account than it began with.
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import { grantedCovers } from '../../fxa/scopes.ts';
import type { Context } from '../context.ts';
import {
  ACCESS_TOKEN_TTL,
  orphan,
  cacheIssued,
  isFresh,
  mainToken,
  tokenScope,
  type RefreshAnswer,
} from './token-cache.ts';
import type { CachedToken } from '../state/record.ts';
import { findEndReason } from '../companion/end-reason.ts';
import { refreshAtServer } from './refresh-at-server.ts';
import { deleteSecrets, lossReason, openSecret } from './secret-store.ts';
import { signOut } from '../sign-out/sign-out.ts';
import { isAccount, baseState, type SignedIn } from '../state/states.ts';
import { noteDenied, takeReplacement, throwIfDenied } from './token-limits.ts';
import { LOCKS } from '../state/storage-items.ts';

/** A token and the session it belongs to. */
interface SessionToken {
  readonly cached: CachedToken;
  readonly session: SignedIn;
}

/**
 * An access token of the live session that covers the scope. Refreshes when every such token is missing, about to expire,
 * or the one that a resource `refused`. `account`: by uid or subject; by default the current one.
 *
 * @throws FxaError `invalid_request` for a scope that no token can have; `account_changed` when another account is
 *   signed in now; `rate_limited` with reason `tokens_refused` when too many fresh tokens were refused; `signed_out` or
 *   `reauth_required` when there is no live session; `offline`, `server_unavailable`, `rate_limited`, `bad_response`,
 *   `scope_denied` from the refresh, which leave the session as it is.
 */
export async function accessToken(
  context: Context,
  requestedScope: string,
  { refused, account }: { readonly refused?: string | undefined; readonly account?: string | undefined } = {},
): Promise<SessionToken> {
  const scope = tokenScope(requestedScope);
  const { subject } = (await requireLive(context, account)).account;

  const usable = async () => {
    const tokens = await context.store.tokens();
    // Read last, so that the token belongs to the account signed in right now.
    const session = await requireLive(context, subject);
    const cached = tokens.findLast(
      (token) =>
        token.owner === session.id &&
        token.token !== refused &&
        grantedCovers(token.scope, scope) &&
        isFresh(token, context.ports.now()),
    );
    return { session, cached, tokens };
  };

  for (;;) {
    const { session, cached } = await usable();
    if (cached) return { session, cached };
    const refreshed = await context.ports.locks.exclusive(LOCKS.refresh, async () => {
      // Another context may have refreshed or signed out while this one waited for the lock.
      const now = await usable();
      if (now.cached) return { session: now.session, cached: now.cached };
      await throwIfDenied(context, now.session, scope);
      if (refused !== undefined) {
        const refusedToken = now.tokens.find(({ token }) => token === refused);
        await takeReplacement(context, scope, refusedToken);
        await orphan(context, refused);
      }
      return refresh(context, now.session, { scope });
    });
    // Undefined: the same account has a new session, so try again.
    if (refreshed) return refreshed;
  }
}

/**
 * Calls `use` with a fresh access token for everything the session's grant allows. If the resource refuses the token,
 * refreshes and tries once more; a second refusal fails only this call. FxA: a 401 from the profile server says nothing
 * about the grant.
 *
 * @throws FxaError as `accessToken`, and what `use` throws.
 */
export async function withAccessToken<T>(
  context: Context,
  { account: { subject: account }, grant: { scope } }: SignedIn,
  use: (token: string) => Promise<T>,
): Promise<T> {
  const { token } = (await accessToken(context, scope, { account })).cached;
  try {
    return await use(token);
  } catch (error) {
    if (!isFxaError(error) || error.code !== 'token_rejected') throw error;
    const next = await accessToken(context, scope, { account, refused: token }).catch((stopped: unknown) => {
      // Report the resource's refusal, not our own limit.
      throw isFxaError(stopped) && stopped.reason === 'tokens_refused' ? error : stopped;
    });
    return use(next.cached.token);
  }
}

/**
 * Refreshes ahead of need, which also shows whether Mozilla accounts still accepts the grant. Does nothing if there is
 * another main token than `known`, or another session, once the lock is free.
 *
 * @throws FxaError as `accessToken`.
 */
export async function refreshIfCurrent(
  context: Context,
  { id, account, grant }: SignedIn,
  known: CachedToken | undefined,
): Promise<void> {
  const scope = tokenScope(grant.scope);
  await context.ports.locks.exclusive(LOCKS.refresh, async () => {
    const session = await requireLive(context, account.subject);
    const newest = mainToken(await context.store.tokens(), session)?.token;
    if (session.id === id && newest === known?.token) await refresh(context, session, { scope });
  });
}

/**
 * Calls `use` with a new access token that is used for nothing else and destroyed afterwards. Undefined when the
 * session is over.
 *
 * @throws FxaError as `accessToken`, and what `use` throws.
 */
export async function withEphemeralToken<T>(
  context: Context,
  session: SignedIn,
  request: { readonly scope: string; readonly ttl: number },
  use: (token: string) => Promise<T>,
): Promise<T | undefined> {
  const refreshed = await context.ports.locks.exclusive(LOCKS.refresh, async () => {
    // While this waited, another refresh may have replaced the refresh token.
    const now = await requireLive(context, session.account.subject);
    return now.id === session.id ? refresh(context, now, request, { ephemeral: true }) : undefined;
  });
  if (!refreshed) return undefined;
  const { token } = refreshed.cached;
  try {
    return await use(token);
  } finally {
    await orphan(context, token);
  }
}

/**
 * Refreshes, under the lock, and caches the token; an `ephemeral` one is cached without a scope, so that it is never
 * handed out. Undefined when the same account has another session now.
 *
 * @throws FxaError as `accessToken`; after `account_changed` the token is orphaned.
 */
async function refresh(
  context: Context,
  session: SignedIn,
  { scope, ttl = ACCESS_TOKEN_TTL }: { readonly scope: string; readonly ttl?: number },
  { ephemeral = false } = {},
): Promise<SessionToken | undefined> {
  const { ports, store } = context;
  const { subject } = session.account;
  const refreshToken = await openSecret(context, session, 'refreshToken');
  if (refreshToken === undefined) return endSessionIfSecretsLost(context, session);

  let issued: RefreshAnswer;
  try {
    issued = await refreshAtServer(context, session, { refreshToken, scope, ttl });
  } catch (error) {
    if (isFxaError(error) && error.code === 'scope_denied') await noteDenied(context, session, scope);
    if (!isFxaError(error) || error.code !== 'reauth_required') {
      const { status = 0 } = isFxaError(error) ? error : {};
      if (status >= 400 && status < 500 && !session.grant.rotating)
        await store.dispatch({ type: 'refreshRefused', sessionId: session.id });
      throw error;
    }
    const suspectedEnd = await findEndReason(context, session);
    if (suspectedEnd) await store.dispatch({ type: 'endSuspected', sessionId: session.id, suspectedEnd });
    const rotationLost = session.grant.rotating === true;
    await store.dispatch({ type: 'grantRejected', sessionId: session.id, rotationLost, at: ports.now() });
    // They may include scoped keys, and the next cleanup may be a long way off.
    await deleteSecrets(context, session.id);
    await requireLive(context, subject);
    return undefined;
  }
  const cached = await cacheIssued(context, session, issued, { scope, ephemeral });
  await store.dispatch({ type: 'grantConfirmed', sessionId: session.id });
  const now = await requireLive(context, subject);
  if (now.id !== session.id) return undefined;
  if (grantedCovers(cached.scope, scope)) return { session: now, cached };
  // Stays cached for calls that need only what it covers.
  if (ephemeral) await orphan(context, cached.token);
  await noteDenied(context, session, scope);
  throw new FxaError('scope_denied', 'The grant covers less than was asked for.');
}

/**
 * Ends a session whose secrets are lost. Returns without ending it when another context moved them, or the same account
 * has a new session: the caller should try again then.
 *
 * @throws FxaError as `requireLive`.
 */
export async function endSessionIfSecretsLost(context: Context, session: SignedIn): Promise<undefined> {
  const { subject } = session.account;
  const now = await requireLive(context, subject);
  if (lossReason(now.grant) !== lossReason(session.grant)) return;
  await signOut(context, lossReason(session.grant), { sessionId: session.id });
  await requireLive(context, subject);
}

/**
 * The live session, of the account with that uid or subject if given.
 *
 * @throws FxaError `account_changed` when it is of another account; `signed_out` or `reauth_required` without one.
 */
export async function requireLive(context: Context, account?: string): Promise<SignedIn> {
  // During another attempt, the state beneath it counts.
  const base = baseState((await context.store.read()).session);
  if (account !== undefined && base.status !== 'signedOut' && !isAccount(base.account, account))
    throw new FxaError('account_changed', 'Another account is signed in now.');
  if (base.status === 'signedIn') return base;
  const code = base.status === 'needsReauth' ? 'reauth_required' : 'signed_out';
  throw new FxaError(code, 'There is no live session.');
}
