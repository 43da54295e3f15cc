// Reads the profile once per session, for the metrics setting only.
import type { Deployment } from '../../fxa/environments.ts';
import { isFxaError } from '../../fxa/errors.ts';
import type { Http } from '../../fxa/http.ts';
import { fetchProfile } from '../../fxa/profile.ts';
import { accountsUnavailable, insufficientScope, invalidToken } from '../bearer/refusals.ts';

/** FxA: both scopes are needed to get `uid` and `metricsEnabled`. */
const NEEDED = 'profile:uid profile:email';

/**
 * Whether the profile of `uid` allows metrics. FxA: some tokens don't get the setting; missing means no.
 *
 * @throws Problem 401 `invalid_token` (the profile refuses the token, is of another account, or of a disabled one), 403
 *   `insufficient_scope`, 503 `accounts_unavailable`.
 */
export async function readMetricsEnabled(
  deployment: Deployment,
  accessToken: string,
  uid: string,
  http: Http,
): Promise<boolean> {
  try {
    const profile = await fetchProfile(deployment, accessToken, http);
    if (profile.uid !== uid) throw invalidToken('The profile is of another account');
    return profile.metricsEnabled === true;
  } catch (error) {
    if (!isFxaError(error)) throw error;
    const { code } = error;
    if (code === 'token_rejected') throw invalidToken('The profile refuses the access token');
    if (code === 'account_disabled') throw invalidToken('The account is disabled');
    throw code === 'scope_denied' ? insufficientScope(NEEDED) : accountsUnavailable(error);
  }
}
