/** The two eras, and every rule in which they differ, in one table that the endpoints read. */

export type Era = '2019' | 'today';

/** `next`: the server that Mozilla plans. Its OAuth part follows the standards (next/), all else is as today. */
export type AnyEra = Era | 'next';

/** All of them, the oldest first. */
export const ERAS: readonly AnyEra[] = ['2019', 'today', 'next'];

/** The rules of an era. Durations are in seconds. */
export interface EraRules {
  readonly era: Era;
  /** `info` of errors on the OAuth paths and on the auth server's paths. */
  readonly oauthErrorInfo: string;
  readonly authErrorInfo: string;
  readonly version: { readonly version: string; readonly commit: string; readonly source: string };
  /** Access token lifetime without `ttl`, and the maximum `ttl`. */
  readonly accessTokenLife: number;
  readonly ttlAboveMaximum: 'refused' | 'capped';
  /** Scope of a refreshed access token when the request names none. */
  readonly refreshWithoutScope: 'empty' | 'as granted';
  /** 2019 returns a new id_token for `openid` at refresh; today `openid` is dropped. */
  readonly refreshGivesIdToken: boolean;
  /** The minimum time between recorded uses of a refresh token. */
  readonly lastUseNotedAfter: number;
  /** 2019 decodes the token wrongly before hashing it for `at_hash`; usually nothing is left. */
  readonly atHashMisread: boolean;
  readonly idTokenHasAuthTime: boolean;
  /** 2019 inverts `active` for access tokens. */
  readonly introspectionInverted: boolean;
  /** 2019 rejects unknown members, including `access_token`, at `/v1/destroy` and `/v1/verify`. */
  readonly strictDestroy: boolean;
  readonly rfc7009Destroy: boolean;
  readonly stateMaxLength: number;
  readonly redirectSchemes: readonly string[];
  readonly base64PaddingInBasic: boolean;
  readonly scopeInAuthorizationAnswer: boolean;
  /** 2019 keeps the tokens of a deleted account valid until an event arrives, and its profile cached. */
  readonly tokensSurviveAccountDeletion: boolean;
  readonly profileCacheLife: number;
  readonly metricsEnabledInProfile: boolean;
  /** Relying parties are told the metrics setting, which 2019 did not have. */
  readonly metricsEvents: boolean;
  /** `profile-change` has `uid` in its payload, which was empty in 2019. */
  readonly uidInProfileChange: boolean;
  /** `/v1/subscriptions`, and default pictures by letter. */
  readonly profileHasNewerRoutes: boolean;
  readonly discoveryNamesRevocation: boolean;
  /** 2019 has client ids as serialized byte buffers in some errors. */
  readonly clientIdsAsBuffers: boolean;
}

/** An id_token lives five minutes in both eras. Seconds. */
export const ID_TOKEN_LIFE = 300;
/** An authorization code lives fifteen minutes in both eras. Milliseconds. */
export const CODE_LIFE_MS = 15 * 60_000;

const rules2019: EraRules = {
  era: '2019',
  oauthErrorInfo: 'https://github.com/mozilla/fxa-oauth-server/blob/master/docs/api.md#errors',
  authErrorInfo: 'https://github.com/mozilla/fxa-auth-server/blob/master/docs/api.md#response-format',
  version: { version: '1.134.0', commit: '', source: '' },
  accessTokenLife: 1_209_600,
  ttlAboveMaximum: 'refused',
  refreshWithoutScope: 'empty',
  refreshGivesIdToken: true,
  lastUseNotedAfter: 86_400,
  atHashMisread: true,
  idTokenHasAuthTime: false,
  introspectionInverted: true,
  strictDestroy: true,
  rfc7009Destroy: false,
  stateMaxLength: 256,
  redirectSchemes: ['https'],
  base64PaddingInBasic: false,
  scopeInAuthorizationAnswer: false,
  tokensSurviveAccountDeletion: true,
  profileCacheLife: 3600,
  metricsEnabledInProfile: false,
  metricsEvents: false,
  uidInProfileChange: false,
  profileHasNewerRoutes: false,
  discoveryNamesRevocation: false,
  clientIdsAsBuffers: true,
};

const DOCUMENTATION = 'https://mozilla.github.io/ecosystem-platform/api#section/Response-format';

const rulesToday: EraRules = {
  era: 'today',
  oauthErrorInfo: DOCUMENTATION,
  authErrorInfo: DOCUMENTATION,
  version: { version: '1.320.0', commit: '', source: '' },
  accessTokenLife: 86_400,
  ttlAboveMaximum: 'capped',
  refreshWithoutScope: 'as granted',
  refreshGivesIdToken: false,
  lastUseNotedAfter: 0,
  atHashMisread: false,
  idTokenHasAuthTime: true,
  introspectionInverted: false,
  strictDestroy: false,
  rfc7009Destroy: true,
  stateMaxLength: 512,
  redirectSchemes: ['https', 'http'],
  base64PaddingInBasic: true,
  scopeInAuthorizationAnswer: true,
  tokensSurviveAccountDeletion: false,
  profileCacheLife: 0,
  metricsEnabledInProfile: true,
  metricsEvents: true,
  uidInProfileChange: true,
  profileHasNewerRoutes: true,
  discoveryNamesRevocation: true,
  clientIdsAsBuffers: false,
};

/** The rules of an era. */
export function rulesOf(era: Era): EraRules {
  return era === '2019' ? rules2019 : rulesToday;
}
