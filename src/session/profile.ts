// Looks for news about the account: one fetch at a time, one refresh and one retry when the token is refused.
import { FxaError, isFxaError } from '../fxa/errors.ts';
import { fetchProfile, type Profile } from '../fxa/profile.ts';
import { problemFrom, type Context } from './context.ts';
import { liveSession } from './state.ts';
import { accessToken } from './tokens.ts';

/** Fetches the profile of the live session. What goes wrong is noted beside the session, which stays what it is. */
export async function lookForNews(context: Context): Promise<void> {
  await context.ports.locks.ifFree('fxa:profile', async () => {
    const live = liveSession((await context.store.read()).session);
    if (!live) return;
    try {
      const profile = await profileNow(context, live.grant.scope);
      const known = live.account.profile?.uid;
      if (known !== undefined && known !== profile.uid) {
        throw new FxaError('bad_response', 'The profile is of another account.', { reason: 'profile' });
      }
      const at = context.ports.now();
      await context.store.step({ type: 'profileFetched', sessionId: live.id, profile, at }, 'profile');
    } catch (error) {
      if (!isFxaError(error)) context.ports.report(error);
      const problem = problemFrom(error, context.ports.now());
      await context.store.step({ type: 'problemMet', sessionId: live.id, problem }, problem.code);
    }
  });
}

/** A 401 from the profile server proves nothing about the grant (FxA: it turns any trouble into 401); the refresh does. */
async function profileNow(context: Context, scope: string): Promise<Profile> {
  const http = context.http();
  const held = await accessToken(context, scope);
  const deployment = await context.deployment(http);
  try {
    return await fetchProfile(deployment, held.token, http);
  } catch (error) {
    if (!isFxaError(error) || error.code !== 'token_rejected') throw error;
    const renewed = await accessToken(context, scope, held.token);
    return await fetchProfile(deployment, renewed.token, http);
  }
}
