// Fetches the account's profile, and writes the user's changes to it.
import type { Deployment } from '../fxa/environments.ts';
import { FxaError, isFxaError } from '../fxa/errors.ts';
import type { Http } from '../fxa/http.ts';
import { fetchProfile, isProfileOf, type Profile } from '../fxa/profile.ts';
import { setAvatar, setDisplayName } from '../fxa/profile-write.ts';
import { grantedCovers } from '../fxa/scopes.ts';
import { atDeployment, currentSession, problemFrom, type Context } from './context.ts';
import type { Account } from './state/states.ts';
import { requireLive, withAccessToken } from './tokens/access-token.ts';
import { LOCKS } from './state/storage-items.ts';

/**
 * Refreshes the live session's profile, unless a fetch is running. A failure is stored with the session, which stays
 * live.
 */
export async function refreshProfile(context: Context): Promise<void> {
  await context.ports.locks.ifFree(LOCKS.profile, async () => {
    await fetchNow(context);
  });
}

/**
 * Fetches the profile after a known change: waits for a running fetch, which may have missed it, runs `first`, then
 * fetches. Resolves with whether the profile was fetched.
 */
export function refetchProfile(context: Context, first?: () => Promise<void> | undefined): Promise<boolean> {
  return context.ports.locks.exclusive(LOCKS.profile, async () => {
    await first?.();
    return fetchNow(context);
  });
}

/**
 * Checks that the profile belongs to the id_token's account, and to the same one as the last profile.
 *
 * @throws FxaError `bad_response` with reason `profile`.
 */
export function requireSameAccount(
  { config }: Context,
  { subject, profile: known }: Account,
  profile: Profile,
): void {
  const isSame = isProfileOf(profile, subject, config.pairwiseSubjects);
  if (isSame && (known === undefined || known.uid === profile.uid)) return;
  throw new FxaError('bad_response', 'The profile is of another account.', { reason: 'profile' });
}

async function fetchNow(context: Context): Promise<boolean> {
  const live = await currentSession(context);
  if (!live) return false;
  try {
    const profile = await withAccessToken(context, live, (token) =>
      atDeployment(context, (deployment, http) => fetchProfile(deployment, token, http)),
    );
    requireSameAccount(context, live.account, profile);
    const at = context.ports.now();
    await context.store.dispatch({ type: 'profileFetched', sessionId: live.id, profile, at });
    return true;
  } catch (error) {
    if (!isFxaError(error)) context.ports.report(error);
    const profileError = problemFrom(error, context.ports.now());
    await context.store.dispatch({ type: 'profileFetchFailed', sessionId: live.id, profileError });
    return false;
  }
}

/**
 * Changes the account's display name; with `account` (a uid or subject), only of that account. FxA: needs the scope
 * `profile:display_name:write`, which `profile` doesn't include.
 *
 * @throws FxaError `account_changed` when another account is signed in now, `scope_denied` when the grant lacks the
 *   scope, `invalid_request` for a name FxA would refuse, and as `withAccessToken`.
 */
export function changeDisplayName(context: Context, name: string, account?: string): Promise<void> {
  return write(context, 'profile:display_name:write', account, (deployment, token, http) =>
    setDisplayName(deployment, token, name, http),
  );
}

/**
 * Changes the account's picture. FxA: PNG or JPEG; needs the scope `profile:avatar:write`.
 *
 * @throws FxaError as `changeDisplayName`.
 */
export function changeAvatar(
  context: Context,
  image: Blob | Uint8Array<ArrayBuffer>,
  account?: string,
): Promise<void> {
  return write(context, 'profile:avatar:write', account, (deployment, token, http) =>
    setAvatar(deployment, token, image, http),
  );
}

async function write(
  context: Context,
  needed: string,
  account: string | undefined,
  send: (deployment: Deployment, token: string, http: Http) => Promise<void>,
): Promise<void> {
  const live = await requireLive(context, account);
  if (!grantedCovers(live.grant.scope, needed))
    throw new FxaError('scope_denied', `The grant has no ${needed}.`);
  const http = context.http();
  await withAccessToken(context, live, async (token) => send(await context.deployment(http), token, http));
  await refetchProfile(context);
}
