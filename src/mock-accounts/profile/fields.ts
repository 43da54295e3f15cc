/** The parts of a profile, each behind its scopes. */
import { httpProblem, unauthorized } from '../problems.ts';
import type { AccessToken, Account } from '../store/types.ts';
import type { MockContext } from '../context.ts';
import { may } from './bearer.ts';
import { avatarOf } from './avatar-of.ts';

type Fields = Record<string, unknown>;

/** FxA: how the account can sign in, not how this session did. */
function methodsOf({ totpSecret }: Account): Fields {
  const twoStep = totpSecret !== undefined;
  return { amrValues: ['pwd', 'email', ...(twoStep ? ['otp'] : [])], twoFactorAuthentication: twoStep };
}

/**
 * What the auth server knows of a person, as far as the token's scopes go; undefined when they go nowhere. Throws 401
 * for a deleted account.
 */
export function coreFields(context: MockContext, token: AccessToken, account: Account): Fields | undefined {
  const fields: Fields = {};
  if (may(token, 'profile:email')) fields.email = account.email;
  if (may(token, 'profile:locale')) fields.locale = account.locale;
  if (may(token, 'profile:amr')) Object.assign(fields, methodsOf(account));
  if (may(token, 'profile:subscriptions')) {
    const capabilities = account.subscriptions[token.clientId] ?? [];
    if (capabilities.length > 0) fields.subscriptions = capabilities;
  }
  if (may(token, 'profile:account_disabled_at') && account.disabledAt !== undefined) {
    fields.accountDisabledAt = account.disabledAt;
  }
  if (may(token, 'profile:account_locked_at') && account.lockedAt !== undefined) {
    fields.accountLockedAt = account.lockedAt;
  }
  if (Object.keys(fields).length === 0) return undefined;
  if (context.store.accounts.byUid(account.uid) === undefined) throw unauthorized();
  // FxA: metricsEnabled comes only along with one of the fields above.
  if (context.rules.metricsEnabledInProfile) fields.metricsEnabled = account.metricsEnabled;
  return fields;
}

/** The whole profile a token may see. FxA: parts without scope are left out; 403 only when nothing is left. */
export function profileFields(context: MockContext, token: AccessToken, account: Account): Fields {
  const core = coreFields(context, token, account);
  const uid = may(token, 'profile:uid');
  const avatar = may(token, 'profile:avatar');
  const name = may(token, 'profile:display_name');
  // FxA: that 403 has no message of its own.
  // FxA: a bare `email` passes, and shows nothing.
  if (core === undefined && !uid && !avatar && !name && !may(token, 'email'))
    throw httpProblem(403, 'Forbidden', 'Unspecified error');
  const fields: Fields = { ...core };
  if (uid) fields.uid = account.uid;
  if (avatar) {
    const picture = avatarOf(context, account, core?.email !== undefined);
    Object.assign(fields, { avatar: picture.avatar, avatarDefault: picture.avatarDefault });
  }
  if (name && account.displayName !== undefined) fields.displayName = account.displayName;
  return fields;
}
