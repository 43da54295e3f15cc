// Access tokens: handed out fresh, refreshed once for all contexts, and of no other account than the one a call began with.
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import { grantedCovers } from '../../fxa/scopes.ts';
import { acceptAccessToken, issuedTokens, requestRefresh, type TokenAnswer } from '../../fxa/tokens.ts';
import type { Context } from '../context.ts';
import { orphan, cacheToken, isFresh, mainToken, tokenScope } from './token-cache.ts';
import type { CachedToken } from '../state/record.ts';
import { findEndReason } from '../companion/end-reason.ts';
import { deleteSecrets, lossReason, openSecret } from './secret-store.ts';
import { signOut } from '../sign-out/sign-out.ts';
import { isAccount, baseState, type SignedIn } from '../state/states.ts';
import { noteDenied, takeReplacement, throwIfDenied } from './token-limits.ts';

/** Seconds an access token is asked for: one forgotten at a restart is dead soon. */
export const ACCESS_TOKEN_TTL = 3600;

export interface TokenRequest {
  /** A token that a resource refused: it is not handed out again. */
  readonly refused?: string | undefined;
  /** The account it is for, by uid or subject. Absent: the one that is signed in. */
  readonly account?: string | undefined;
}

/** A token, and the session it belongs to. */
export interface GivenToken {
  readonly held: CachedToken;
  readonly session: SignedIn;
}

/**
 * An access token of the live session that covers the scope. Refreshes when there is none, or when the only ones are
 * about to expire or were refused by a resource.
 *
 * @throws FxaError `invalid_request` for a scope that no token can have; `account_changed` when another account is signed in by
 *   now; `rate_limited` with reason `tokens_refused` when too many fresh tokens were refused; `signed_out` or `reauth_required` when there
 *   is no live session (any more); `offline`, `server_unavailable`, `rate_limited`, `bad_response`, `scope_denied` from the
 *   refresh: the session stays as it is.
 */
export async function accessToken(
  context: Context,
  wanted: string,
  { refused, account }: TokenRequest = {},
): Promise<GivenToken> {
  const scope = tokenScope(wanted);
  const { subject } = (await requireLive(context, account)).account;

  const usable = async () => {
    const tokens = await context.store.tokens();
    // Read last: what is handed out belongs to who is signed in at that moment.
    const session = await requireLive(context, subject);
    const held = tokens.findLast(
      (token) =>
        token.owner === session.id &&
        token.token !== refused &&
        grantedCovers(token.scope, scope) &&
        isFresh(token, context.ports.now()),
    );
    return { session, held, tokens };
  };

  for (;;) {
    const { session, held } = await usable();
    if (held) return { session, held };
    const given = await context.ports.locks.exclusive(refreshLock(scope), async () => {
      // Another context may have refreshed, or signed out, while we waited for the lock.
      const now = await usable();
      if (now.held) return { session: now.session, held: now.held };
      await throwIfDenied(context, now.session, scope);
      if (refused !== undefined) {
        await takeReplacement(
          context,
          scope,
          now.tokens.find(({ token }) => token === refused),
        );
        await orphan(context, refused);
      }
      return refresh(context, now.session, { scope });
    });
    // Undefined: the same account has signed in anew meanwhile.
    if (given) return given;
  }
}

/**
 * Does something with a fresh access token of a session's account, for all that its grant allows. When the resource refuses
 * the token, whatever our clock says of it, there is one refresh and one more try; a second refusal is an error of this call
 * alone. FxA: a 401 of the profile server proves nothing about the grant.
 *
 * @throws FxaError as `accessToken`, and what `use` throws.
 */
export async function withAccessToken<T>(
  context: Context,
  { account: { subject: account }, grant: { scope } }: SignedIn,
  use: (token: string) => Promise<T>,
): Promise<T> {
  const { token } = (await accessToken(context, scope, { account })).held;
  try {
    return await use(token);
  } catch (error) {
    if (!isFxaError(error) || error.code !== 'token_rejected') throw error;
    const next = await accessToken(context, scope, { account, refused: token }).catch((stopped: unknown) => {
      // That the resource refuses is what is the matter, and not that we no longer ask for more.
      throw isFxaError(stopped) && stopped.reason === 'tokens_refused' ? error : stopped;
    });
    return use(next.held.token);
  }
}

/**
 * Asks Mozilla accounts whether the grant of a session still lives, by a refresh nobody needed. Not when there is a newer main
 * token than the `known` one, or another session, by the time it is our turn.
 *
 * @throws FxaError as `accessToken`.
 */
export async function refreshIfCurrent(
  context: Context,
  { id, account, grant }: SignedIn,
  known: CachedToken | undefined,
): Promise<void> {
  const scope = tokenScope(grant.scope);
  await context.ports.locks.exclusive(refreshLock(scope), async () => {
    const session = await requireLive(context, account.subject);
    const newest = mainToken(await context.store.tokens(), session)?.token;
    if (session.id === id && newest === known?.token) await refresh(context, session, { scope });
  });
}

/**
 * Does something with a token of its own, which is neither handed to anybody else nor kept: it is an orphan as soon as it has
 * served. Undefined when the session is over.
 *
 * @throws FxaError as `accessToken`, and what `use` throws.
 */
export async function withEphemeralToken<T>(
  context: Context,
  session: SignedIn,
  request: { readonly scope: string; readonly ttl: number },
  use: (token: string) => Promise<T>,
): Promise<T | undefined> {
  const given = await refresh(context, session, request, { ephemeral: true });
  if (!given) return undefined;
  const { token } = given.held;
  try {
    return await use(token);
  } finally {
    await orphan(context, token);
  }
}

const refreshLock = (scope: string) => `fxa:refresh:${scope}`;

/**
 * Undefined when the same account has another session by now. A `passing` token is held as one that covers nothing.
 *
 * @throws FxaError also `account_changed`; the token that came too late is an orphan then.
 */
async function refresh(
  context: Context,
  session: SignedIn,
  { scope, ttl = ACCESS_TOKEN_TTL }: { readonly scope: string; readonly ttl?: number },
  { ephemeral = false } = {},
): Promise<GivenToken | undefined> {
  const { ports, store } = context;
  const { subject } = session.account;
  const refreshToken = await openSecret(context, session, 'refreshToken');
  if (refreshToken === undefined) return endIfLost(context, session);

  const http = context.http();
  const deployment = await context.deployment(http);
  let answer: TokenAnswer;
  try {
    answer = await requestRefresh(deployment, { refreshToken, scope, ttl }, http);
  } catch (error) {
    if (isFxaError(error) && error.code === 'scope_denied') await noteDenied(context, session, scope);
    if (!isFxaError(error) || error.code !== 'reauth_required') throw error;
    const hint = await findEndReason(context, session);
    if (hint) await store.dispatch({ type: 'endSuspected', sessionId: session.id, hint });
    await store.dispatch({ type: 'grantRejected', sessionId: session.id, at: ports.now() });
    // Scoped keys may be among them; the next sweep may be far away.
    await deleteSecrets(context, [session.id]);
    await requireLive(context, subject);
    return undefined;
  }
  const held = await cacheIssued(context, session.id, answer, ephemeral);
  await store.dispatch({ type: 'grantConfirmed', sessionId: session.id });
  const now = await requireLive(context, subject);
  if (now.id !== session.id) return undefined;
  if (grantedCovers(held.scope, scope)) return { session: now, held };
  // It stays for whoever needs no more than it gives.
  if (ephemeral) await orphan(context, held.token);
  await noteDenied(context, session, scope);
  throw new FxaError('scope_denied', 'The grant gives less than was asked for.');
}

/**
 * Ends a session whose secrets are not to be had. Returns when they have only gone elsewhere: another context has moved
 * them, or the same account has signed in anew; then it is worth another look.
 *
 * @throws FxaError as `requireLive`.
 */
export async function endIfLost(context: Context, session: SignedIn): Promise<undefined> {
  const { subject } = session.account;
  const now = await requireLive(context, subject);
  if (now.id !== session.id || lossReason(now.grant) !== lossReason(session.grant)) return;
  await signOut(context, lossReason(session.grant), { sessionId: session.id });
  await requireLive(context, subject);
}

/** Whatever the answer is worth, its token is known before it is judged; one that is refused is destroyed as an orphan. */
async function cacheIssued(
  context: Context,
  owner: string,
  answer: TokenAnswer,
  ephemeral: boolean,
): Promise<CachedToken> {
  const { accessToken } = await issuedTokens(answer);
  if (accessToken !== undefined) {
    await cacheToken(context, owner, { accessToken, scope: '', expiresIn: ACCESS_TOKEN_TTL });
  }
  try {
    const accepted = acceptAccessToken(answer);
    const held = await cacheToken(context, owner, ephemeral ? { ...accepted, scope: '' } : accepted);
    return { ...held, scope: accepted.scope };
  } catch (error) {
    if (accessToken !== undefined) await orphan(context, accessToken);
    throw error;
  }
}

/**
 * The live session: of the account of that uid or subject, where one is given.
 *
 * @throws FxaError `account_changed` when it is of another; `signed_out` or `reauth_required` when there is none.
 */
export async function requireLive(context: Context, account?: string): Promise<SignedIn> {
  // Also while the person is signing in anew: what is beneath is still what is the matter.
  const base = baseState((await context.store.read()).session);
  if (account !== undefined && base.status !== 'signedOut' && !isAccount(base.account, account))
    throw new FxaError('account_changed', 'Another account is signed in by now.');
  if (base.status === 'signedIn') return base;
  const code = base.status === 'needsReauth' ? 'reauth_required' : 'signed_out';
  throw new FxaError(code, 'There is no live session.');
}
