// The profile: what the scopes of a token reveal about a person. `uid` is the key to everything; all else may be missing.
import type { Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http } from './http.ts';
import { secureUrl } from './secure-url.ts';

/** By the scope that reveals it. */
export interface Profile {
  /** `profile:uid`: 32 hexadecimal digits. */
  uid: string;
  /** `openid`. FxA: gone after a refresh, so nothing may depend on it. */
  sub?: string;
  /** `profile:email` */
  email?: string;
  /** `profile:display_name`. FxA: absent until set. */
  displayName?: string;
  /** `profile:avatar`: an address fit for an image; `avatarDefault` when the person has set none. */
  avatar?: string;
  avatarDefault?: boolean;
  /** `profile:locale` */
  locale?: string;
  /** `profile:amr` */
  amrValues?: string[];
  twoFactorAuthentication?: boolean;
  /** `profile:subscriptions`: capabilities for this client; absent when there are none. */
  subscriptions?: string[];
  /** Milliseconds since the epoch. Only when set: the account is disabled, or locked. */
  accountDisabledAt?: number;
  accountLockedAt?: number;
  /** False: no metrics about this person. FxA: absent from tokens that reveal little; absent means unknown. */
  metricsEnabled?: boolean;
}

/**
 * Fetches the profile that an access token reveals.
 *
 * @throws FxaError `token_rejected` (401: refresh once and try again; not a proof that the grant is gone), `scope_denied`
 * (403), `account_disabled` (the profile says so), `bad_response` with reason `profile`, and all of `requestJson`.
 */
export async function fetchProfile(
  deployment: Deployment,
  accessToken: string,
  http: Http,
): Promise<Profile> {
  // FxA: `Bearer` only with a capital B.
  const headers = { authorization: `Bearer ${accessToken}` };
  const url = deployment.endpoints.profile;
  const profile = parseProfile(await requestJson(http, 'profile', url, { method: 'GET', headers }));
  if (profile.accountDisabledAt !== undefined) {
    throw new FxaError('account_disabled', 'The account is disabled');
  }
  return profile;
}

/**
 * Reads a profile. Members it does not know are left out, and so are known ones of an unknown form: a person is not kept
 * from signing in by an odd avatar.
 *
 * @throws FxaError `bad_response` with reason `profile` when there is no `uid`.
 */
export function parseProfile(value: unknown): Profile {
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { uid } = fields;
  if (typeof uid !== 'string' || !/^[0-9a-f]{32}$/.test(uid)) {
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
 * Whether a profile is of the subject of an id_token (OpenID Connect Core 1.0, section 5.3.2).
 *
 * FxA: `sub` and `uid` of a profile are both the account's uid. The id_token says the same, unless Mozilla set the client up
 * with pairwise subjects (`pairwise`): then it has a name for the person that no other client knows, in the form of a uid.
 */
export function isProfileOf({ uid, sub = uid }: Profile, subject: string, pairwise = false): boolean {
  if (pairwise) return sub === subject || sub === uid;
  return sub === subject && uid === subject;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const flag = (value: unknown) => (typeof value === 'boolean' ? value : undefined);
/** Milliseconds, within what a `Date` can hold. */
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
