/** The two eras the mock server plays, and every rule in which they differ: one table, read by the endpoints. */

export type Era = '2019' | 'today';

/** What an era does differently. Durations are in seconds. */
export interface EraRules {
  readonly era: Era;
  /** `info` of errors on the OAuth paths and on the auth server's paths. */
  readonly oauthErrorInfo: string;
  readonly authErrorInfo: string;
  readonly version: { readonly version: string; readonly commit: string; readonly source: string };
  /** Life of an access token when no `ttl` is asked, and the most a `ttl` may ask. */
  readonly accessTokenLife: number;
  readonly ttlAboveMaximum: 'refused' | 'capped';
  /** Scope of a refreshed access token when the request names none. */
  readonly refreshWithoutScope: 'empty' | 'as granted';
  /** 2019 answers `openid` at refresh with a new id_token; today `openid` is dropped instead. */
  readonly refreshGivesIdToken: boolean;
  /** How old the last use of a refresh token must be before another one is noted. */
  readonly lastUseNotedAfter: number;
  /** 2019 misread the token it hashed for `at_hash`: mostly nothing is left of it. */
  readonly atHashMisread: boolean;
  readonly idTokenHasAuthTime: boolean;
  /** 2019 compared the wrong way round: `active` of a live access token is false. */
  readonly introspectionInverted: boolean;
  /** 2019 refuses unknown members at `/v1/destroy` and `/v1/verify`, and any `access_token` by that name. */
  readonly strictDestroy: boolean;
  readonly rfc7009Destroy: boolean;
  readonly stateMaxLength: number;
  readonly redirectSchemes: readonly string[];
  readonly base64PaddingInBasic: boolean;
  readonly scopeInAuthorizationAnswer: boolean;
  /** 2019 kept tokens of a deleted account alive until an event arrived, and its profile in a cache. */
  readonly tokensSurviveAccountDeletion: boolean;
  readonly profileCacheLife: number;
  readonly metricsEnabledInProfile: boolean;
  /** People's choice about metrics is told to relying parties; 2019 knew no such choice. */
  readonly metricsEvents: boolean;
  /** Today's documentation shows `uid` in the payload of `profile-change`, which once was empty. */
  readonly uidInProfileChange: boolean;
  /** `/v1/subscriptions`, and default pictures by letter. */
  readonly profileHasNewerRoutes: boolean;
  readonly discoveryNamesRevocation: boolean;
  /** 2019 leaked client ids into some errors as serialised byte buffers. */
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
