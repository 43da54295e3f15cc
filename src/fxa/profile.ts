// The profile that a token's scopes reveal. `uid` identifies the account; everything else may be missing.
import { isUid, type Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http } from './http.ts';
import { secureUrl } from './secure-url.ts';

/** Members by the scope that reveals them. */
export interface Profile {
  /** `profile:uid`: 32 hexadecimal digits. */
  uid: string;
  /** `openid`. FxA: missing after a refresh, so do not rely on it. */
  sub?: string;
  /** `profile:email` */
  email?: string;
  /** `profile:display_name`. FxA: absent until set. */
  displayName?: string;
  /** `profile:avatar`: an image URL; `avatarDefault` is true when no picture was set. */
  avatar?: string;
  avatarDefault?: boolean;
  /** `profile:locale` */
  locale?: string;
  /** `profile:amr` */
  amrValues?: string[];
  twoFactorAuthentication?: boolean;
  /** `profile:subscriptions`: capabilities for this client; absent if there are none. */
  subscriptions?: string[];
  /** Milliseconds since the epoch; present only for a disabled or locked account. */
  accountDisabledAt?: number;
  accountLockedAt?: number;
  /** False: the user opted out of metrics. Absent means unknown: FxA omits it for tokens with few scopes. */
  metricsEnabled?: boolean;
}

/**
 * Fetches the profile that an access token reveals.
 *
 * @throws FxaError
 * - `token_rejected`: refresh once and retry; the grant may still be valid
 * - `scope_denied`, `account_disabled`, `bad_response` with reason `profile` (no `uid`)
 * - the codes of `requestJson`
 * @example
 * const { uid, email } = await fetchProfile(deployment, grant.accessToken, http);
 */
export async function fetchProfile(
  deployment: Deployment,
  accessToken: string,
  http: Http,
): Promise<Profile> {
  // FxA: `Bearer` is case-sensitive.
  const headers = { authorization: `Bearer ${accessToken}` };
  const { profile: url, dialect } = deployment.endpoints;
  const answer = await requestJson(http, 'profile', url, { method: 'GET', headers, dialect });
  const profile = parseProfile(answer, dialect);
  if (profile.accountDisabledAt !== undefined) {
    throw new FxaError('account_disabled', 'The account is disabled');
  }
  return profile;
}

/**
 * Reads a profile. Unknown members are dropped, and so are malformed ones, so that an odd avatar does not prevent
 * signing in. A server of the standards promises only `sub` (OpenID Connect Core 1.0, section 5.3.2), in any form.
 *
 * @throws FxaError `bad_response` with reason `profile` when `uid` is missing.
 * @example
 * const profile = parseProfile(await response.json());
 */
export function parseProfile(value: unknown, dialect?: 'oauth2'): Profile {
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  const uid = fields.uid ?? (dialect && fields.sub);
  if (!isUid(uid, dialect)) {
    throw new FxaError('bad_response', 'The profile has no uid', { reason: 'profile' });
  }
  const profile: Record<string, unknown> = { uid };
  for (const [name, read] of Object.entries(FIELDS)) {
    const field = read(fields[name]);
    if (field !== undefined) profile[name] = field;
  }
  return profile as unknown as Profile;
}

/**
 * Whether a profile belongs to the subject of an id_token (OpenID Connect Core 1.0, section 5.3.2).
 *
 * FxA: the profile's `sub` and `uid` are both the account's uid, and so is the id_token's `sub`, unless Mozilla
 * configured the client for pairwise subjects (`pairwise`): then it is an identifier in the form of a uid that only
 * this client sees.
 */
export function isProfileOf({ uid, sub = uid }: Profile, subject: string, pairwise = false): boolean {
  if (pairwise) return sub === subject || sub === uid;
  return sub === subject && uid === subject;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const flag = (value: unknown) => (typeof value === 'boolean' ? value : undefined);
/** Milliseconds, within the range of `Date`. */
const instant = (value: unknown) =>
  typeof value === 'number' && value > 0 && value <= 8.64e15 ? value : undefined;
const texts = (value: unknown) =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined;

const FIELDS: { [Name in Exclude<keyof Profile, 'uid'>]-?: (value: unknown) => Profile[Name] } = {
  sub: text,
  email: text,
  displayName: text,
  avatar: (value) => secureUrl(value)?.href,
  avatarDefault: flag,
  locale: text,
  amrValues: texts,
  twoFactorAuthentication: flag,
  subscriptions: texts,
  accountDisabledAt: instant,
  accountLockedAt: instant,
  metricsEnabled: flag,
};
