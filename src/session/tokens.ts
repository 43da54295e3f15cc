// Access tokens: handed out fresh, refreshed once for all contexts, and never accepted back from a session that is over.
import { FxaError, isFxaError } from '../fxa/errors.ts';
import { grantedCovers } from '../fxa/scopes.ts';
import { acceptAccessToken, issuedTokens, requestRefresh, type TokenAnswer } from '../fxa/tokens.ts';
import type { Context } from './context.ts';
import { disown, holdToken, isFresh, mainToken, withoutOpenid } from './held-tokens.ts';
import type { HeldToken } from './record.ts';
import { reasonFor } from './reason.ts';
import { dropSecrets, lossOf, openSecret } from './secrets.ts';
import { signOut } from './sign-out.ts';
import { liveSession, settled, type SignedIn } from './state.ts';

/** Seconds an access token is asked for: one forgotten at a restart is dead soon. */
export const ACCESS_TOKEN_TTL = 3600;

/**
 * An access token of the live session that covers the scope. Refreshes when there is none, or when the only ones are
 * about to expire or were refused by a resource (`refused`).
 *
 * @throws FxaError `signed_out` or `reauth_required` when there is no live session (any more); `offline`,
 *   `server_unavailable`, `rate_limited`, `bad_response`, `scope_denied` from the refresh: the session stays as it is.
 */
export async function accessToken(context: Context, wanted: string, refused?: string): Promise<HeldToken> {
  const scope = withoutOpenid(wanted);
  const usable = async () => {
    const session = await requireLive(context);
    const held = (await context.store.tokens()).findLast(
      (token) =>
        token.owner === session.id &&
        token.token !== refused &&
        grantedCovers(token.scope, scope) &&
        isFresh(token, context.ports.now()),
    );
    return { session, held };
  };

  const { held } = await usable();
  if (held) return held;
  const fresh = await context.ports.locks.exclusive(refreshLock(scope), async () => {
    // Another context may have refreshed, or signed out, while we waited for the lock.
    const { session, held: refreshed } = await usable();
    if (refreshed) return refreshed;
    if (refused !== undefined) await disown(context, refused);
    return refresh(context, session, { scope });
  });
  // Another sign-in took the session's place meanwhile: what counts is who is signed in now.
  return fresh ?? accessToken(context, wanted);
}

/**
 * Does something with a fresh access token at a resource. When the resource refuses the token, whatever our clock says of
 * it, there is one refresh and one more try; a second refusal is an error of this call alone. FxA: a 401 of the profile
 * server proves nothing about the grant.
 *
 * @throws FxaError as `accessToken`, and what `use` throws.
 */
export async function withAccessToken<T>(
  context: Context,
  scope: string,
  use: (token: string) => Promise<T>,
): Promise<T> {
  const { token } = await accessToken(context, scope);
  try {
    return await use(token);
  } catch (error) {
    if (!isFxaError(error) || error.code !== 'token_rejected') throw error;
    return use((await accessToken(context, scope, token)).token);
  }
}

/**
 * Asks Mozilla accounts whether the grant still lives, by a refresh nobody needed. Not when there is a newer main token than
 * the `known` one by the time it is our turn.
 *
 * @throws FxaError as `accessToken`.
 */
export async function renew(context: Context, known: HeldToken | undefined): Promise<void> {
  const { grant } = await requireLive(context);
  const scope = withoutOpenid(grant.scope);
  await context.ports.locks.exclusive(refreshLock(scope), async () => {
    const session = await requireLive(context);
    const newest = mainToken(await context.store.tokens(), session)?.token;
    if (newest === known?.token) await refresh(context, session, { scope });
  });
}

/**
 * Does something with a token of its own, which is neither handed to anybody else nor kept: it is an orphan as soon as it has
 * served. Undefined when the session is over.
 *
 * @throws FxaError as `accessToken`, and what `use` throws.
 */
export async function withPassingToken<T>(
  context: Context,
  session: SignedIn,
  request: { readonly scope: string; readonly ttl: number },
  use: (token: string) => Promise<T>,
): Promise<T | undefined> {
  const held = await refresh(context, session, request, { passing: true });
  if (!held) return undefined;
  try {
    return await use(held.token);
  } finally {
    await disown(context, held.token);
  }
}

const refreshLock = (scope: string) => `fxa:refresh:${scope}`;

/** Undefined when another session took the place of this one meanwhile. A `passing` token is held as one that covers nothing. */
async function refresh(
  context: Context,
  session: SignedIn,
  { scope, ttl = ACCESS_TOKEN_TTL }: { readonly scope: string; readonly ttl?: number },
  { passing = false } = {},
): Promise<HeldToken | undefined> {
  const { ports, store } = context;
  const refreshToken = await openSecret(context, session, 'refreshToken');
  if (refreshToken === undefined) return endIfLost(context, session);

  const http = context.http();
  const deployment = await context.deployment(http);
  try {
    const answer = await requestRefresh(deployment, { refreshToken, scope, ttl }, http);
    const held = await takeToken(context, session.id, answer, passing);
    await store.step({ type: 'grantKept', sessionId: session.id });
    // If the session ended meanwhile, nobody may use this token; it is an orphan now and will be destroyed as one.
    return (await requireLive(context)).id === session.id ? held : undefined;
  } catch (error) {
    if (isFxaError(error) && error.code === 'reauth_required') {
      const hint = await reasonFor(context, session);
      if (hint) await store.step({ type: 'hinted', sessionId: session.id, hint });
      await store.step({ type: 'grantRejected', sessionId: session.id, at: ports.now() });
      // Scoped keys may be among them; the next sweep may be far away.
      await dropSecrets(context, [session.id]);
      if (liveSession((await store.read()).session)) return undefined;
    }
    throw error;
  }
}

/**
 * Ends a session whose secrets are not to be had. Returns when they have only gone elsewhere: another context has moved
 * them, or somebody has signed in anew; then it is worth another look.
 *
 * @throws FxaError `signed_out`, `reauth_required`.
 */
export async function endIfLost(context: Context, session: SignedIn): Promise<undefined> {
  const now = await requireLive(context);
  if (now.id !== session.id || lossOf(now.grant) !== lossOf(session.grant)) return undefined;
  await signOut(context, lossOf(session.grant), { sessionId: session.id });
  throw new FxaError('signed_out', 'The secrets of the session are gone from this browser.');
}

/** Whatever the answer is worth, its token is known before it is judged; one that is refused is destroyed as an orphan. */
async function takeToken(
  context: Context,
  owner: string,
  answer: TokenAnswer,
  passing: boolean,
): Promise<HeldToken> {
  const { accessToken } = await issuedTokens(answer);
  if (accessToken !== undefined) {
    await holdToken(context, owner, { accessToken, scope: '', expiresIn: ACCESS_TOKEN_TTL });
  }
  try {
    const accepted = acceptAccessToken(answer);
    return await holdToken(context, owner, passing ? { ...accepted, scope: '' } : accepted);
  } catch (error) {
    if (accessToken !== undefined) await disown(context, accessToken);
    throw error;
  }
}

/** @throws FxaError `signed_out` or `reauth_required` when there is no live session. */
export async function requireLive(context: Context): Promise<SignedIn> {
  const { session } = await context.store.read();
  const live = liveSession(session);
  if (live) return live;
  // Also while the person is signing in anew: what ended the session is still what is the matter.
  const code = settled(session).status === 'needsReauth' ? 'reauth_required' : 'signed_out';
  throw new FxaError(code, 'There is no live session.');
}
