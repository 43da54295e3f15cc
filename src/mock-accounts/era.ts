/** The eras, and every rule in which they differ, in one table that the endpoints read. */

export type Era = '2019' | '2023' | 'today';

/** `next`: the server that Mozilla plans. Its OAuth part follows the standards (next/), all else is as today. */
export type AnyEra = Era | 'next';

/** All of them, the oldest first. */
export const ERAS: readonly AnyEra[] = ['2019', '2023', 'today', 'next'];

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
  /** Since 2020, OAuth and auth paths are answered by one server, whose members and headers differ from before. */
  readonly monorepo: boolean;
  /** Errno 170 tells the level found. */
  readonly mismatchTellsFound: boolean;
  /** Errors of the OAuth paths keep their further members when the auth server's paths translate them. */
  readonly translatedMembers: boolean;
  /** A member found wrong by a handler is named as `{keys: [...]}`, not as a bare string. */
  readonly validationAsKeys: boolean;
  /** Expired access tokens are unknown, since they live in Redis alone. */
  readonly expiredTokensForgotten: boolean;
  /** What a change and a reset of the password leave alive, of codes and of confidential clients' tokens. */
  readonly codesSurvivePassword: boolean;
  readonly confidentialSurviveReset: boolean;
  /** Pictures: the size limit in bytes, whether they are decoded, and whether deleting none is 404. */
  readonly maxPictureBytes: number;
  readonly strictPictures: boolean;
  /** Whether the image host tells types. The recorded one, of a developer's machine, did not. */
  readonly pictureTypes: boolean;
  /** People without a picture are shown by a letter, which needs a readable name or address. */
  readonly monograms: boolean;
  /** Of the auth server. The profile server's were 204 in 2023; its source of today could not be read. */
  readonly preflightStatus: 200 | 204;
  /** Headers of tracing that preflights of the auth server allow. */
  readonly tracingHeaders: readonly string[];
  /** An access token tells how and when the person signed in: its introspection, and its claims if it is a JWT. */
  readonly accessTokenTellsAuthentication: boolean;
  /** `/v1/oauth/authorization` rejects `resource`, and client ids in capitals. */
  readonly strictAuthorization: boolean;
  /** An empty or missing scope is an invalid parameter at `/v1/oauth/authorization`. */
  readonly scopeRequired: boolean;
  /** Of scope strings on either kind of paths; infinite where the server's own check misses. */
  readonly scopeMaxLength: { readonly auth: number; readonly oauth: number };
  /** Members of requests since 2023: `max_age` and `prompt` for a code, and those of an exchange (RFC 8693). */
  readonly newerMembers: boolean;
  /** A trusted client may widen its scope at a refresh. */
  readonly refreshMayWiden: boolean;
  /** `auth_time` of the id_token was divided by a thousand twice. */
  readonly authTimeDividedTwice: boolean;
  /** Clients can have JWTs as access tokens, and people a second step of sign-in. */
  readonly jwtAccessTokens: boolean;
  /** Sign-ins with wrong passwords that are let through before the customs server blocks for 15 minutes. */
  readonly wrongPasswordsAllowed: number;
  /** The callback carries `action`. */
  readonly actionInCallback: boolean;
  /** `delete-user` tells its reason, and `profile-change` what changed. */
  readonly detailedEvents: boolean;
  /** The broker forgets which clients an account had with the account. */
  readonly clientsForgottenAtDeletion: boolean;
  /** The body of a 429 has milliseconds. */
  readonly retryAfterInMilliseconds: boolean;
  /** 2019 has client ids as serialized byte buffers in some errors. */
  readonly clientIdsAsBuffers: boolean;
}

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
  monorepo: false,
  translatedMembers: true,
  mismatchTellsFound: true,
  validationAsKeys: false,
  expiredTokensForgotten: false,
  codesSurvivePassword: false,
  confidentialSurviveReset: false,
  maxPictureBytes: 1024 * 1024,
  strictPictures: false,
  pictureTypes: true,
  monograms: false,
  preflightStatus: 200,
  tracingHeaders: [],
  accessTokenTellsAuthentication: false,
  strictAuthorization: false,
  scopeRequired: false,
  scopeMaxLength: { auth: 256, oauth: Number.POSITIVE_INFINITY },
  newerMembers: false,
  refreshMayWiden: false,
  authTimeDividedTwice: false,
  jwtAccessTokens: false,
  wrongPasswordsAllowed: Number.POSITIVE_INFINITY,
  actionInCallback: false,
  detailedEvents: false,
  clientsForgottenAtDeletion: true,
  retryAfterInMilliseconds: false,
};

const DOCUMENTATION = 'https://mozilla.github.io/ecosystem-platform/api#section';

/** June 2023, as recorded. */
const rules2023: EraRules = {
  era: '2023',
  oauthErrorInfo: `${DOCUMENTATION}/Errors`,
  authErrorInfo: `${DOCUMENTATION}/Response-format`,
  version: { version: '1.260.0', commit: '', source: '' },
  accessTokenLife: 21_900,
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
  scopeInAuthorizationAnswer: false,
  tokensSurviveAccountDeletion: false,
  profileCacheLife: 0,
  metricsEnabledInProfile: true,
  metricsEvents: false,
  uidInProfileChange: false,
  profileHasNewerRoutes: true,
  discoveryNamesRevocation: true,
  clientIdsAsBuffers: false,
  monorepo: true,
  translatedMembers: false,
  mismatchTellsFound: false,
  validationAsKeys: true,
  expiredTokensForgotten: true,
  codesSurvivePassword: true,
  confidentialSurviveReset: true,
  maxPictureBytes: 2 * 1024 * 1024,
  strictPictures: true,
  pictureTypes: false,
  monograms: true,
  preflightStatus: 204,
  tracingHeaders: ['sentry-trace'],
  accessTokenTellsAuthentication: false,
  strictAuthorization: true,
  scopeRequired: false,
  scopeMaxLength: { auth: Number.POSITIVE_INFINITY, oauth: Number.POSITIVE_INFINITY },
  newerMembers: false,
  refreshMayWiden: false,
  authTimeDividedTwice: true,
  jwtAccessTokens: true,
  wrongPasswordsAllowed: 3,
  actionInCallback: true,
  detailedEvents: false,
  clientsForgottenAtDeletion: false,
  retryAfterInMilliseconds: false,
};

/**
 * 2023 with what today's source is known to have changed. Where that source is unclear or could not be read, 2023
 * stands: which errors name further members on the auth server's paths, and the profile server's pictures.
 */
const rulesToday: EraRules = {
  ...rules2023,
  era: 'today',
  version: { version: '1.320.0', commit: '', source: '' },
  accessTokenLife: 86_400,
  scopeInAuthorizationAnswer: true,
  pictureTypes: true,
  confidentialSurviveReset: false,
  preflightStatus: 200,
  tracingHeaders: ['sentry-trace', 'baggage'],
  accessTokenTellsAuthentication: true,
  scopeRequired: true,
  scopeMaxLength: { auth: 256, oauth: 256 },
  newerMembers: true,
  metricsEvents: true,
  uidInProfileChange: true,
  mismatchTellsFound: true,
  refreshMayWiden: true,
  detailedEvents: true,
  retryAfterInMilliseconds: true,
};

/** The rules of an era. */
export function rulesOf(era: Era): EraRules {
  return { 2019: rules2019, 2023: rules2023, today: rulesToday }[era];
}
