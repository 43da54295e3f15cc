// The public API of the protocol, usable on its own. Modules have no side effects, so bundlers drop unused ones.
// Depends on oauth4webapi and jose. A sign-in:
//
//   const http = { fetch };
//   const deployment = { name: 'custom', clientId, endpoints: await discover(issuer, http) } as const;
//   const { state, codeVerifier, codeChallenge } = await newAttemptSecrets();
//   const url = authorizationUrl(deployment, { redirectUri, scope, state, codeChallenge, accessType: 'offline' });
//   const callback = …the URL that the browser ends on…;
//   const { code } = validateCallback(callback, { redirectUri, state, issuer, clientId });
//   const response = await exchangeCode(deployment, { code, codeVerifier, redirectUri }, http);
//   const issued = await issuedTokens(deployment, response); // destroy these if the next line throws
//   const grant = await validateGrant(deployment, response, { now: Date.now(), requireIdToken: true }, http);
//   const profile = await fetchProfile(deployment, grant.accessToken, http);
//
// Afterwards:
//
//   const refreshed = await refreshAccessToken(deployment, { refreshToken: grant.refreshToken, scope }, http);
//   const { accessToken } = await validateAccessToken(deployment, refreshed);
//   await destroyGrant(deployment, { refreshTokenId: grant.refreshTokenId }, http);
export { authorizationUrl, newAttemptSecrets } from './authorization.ts';
export type { AuthorizationMetrics, AuthorizationRequest } from './authorization-parameters.ts';
export { validateCallback } from './callback.ts';
export type { ExpectedCallback } from './callback.ts';
export { destroyAccessToken, destroyGrant } from './destroy.ts';
export type { Destroyed } from './destroy.ts';
export { currentEndpoints, discover, endpointsFromDiscovery } from './discovery.ts';
export { knownEndpoints, mockServerEndpoints } from './environments.ts';
export type { Deployment, Endpoints, EnvironmentName } from './environments.ts';
export { FXA_ERROR_CODES, FXA_REASONS, FxaError, isFxaError } from './errors.ts';
export type { FxaErrorCode, FxaErrorDetails, Reason } from './errors.ts';
export { createHostBackOff } from './host-back-off.ts';
export type { HostBackOff } from './host-back-off.ts';
export type { Http } from './http.ts';
export { checkRefreshedIdToken, verifyIdToken } from './id-token.ts';
export type { IdTokenClaims, IdTokenOptions, KeySource } from './id-token.ts';
export { introspect, verifyAccessToken } from './introspection.ts';
export type { Authentication, IntrospectedToken, KnownToken } from './introspection.ts';
export { fetchProfile, parseProfile } from './profile.ts';
export type { Profile } from './profile.ts';
export { LARGEST_AVATAR, setAvatar, setDisplayName } from './profile-write.ts';
export { compareScopedKeys, newKeyRequest, openScopedKeys } from './scoped-keys.ts';
export type { ScopedKey, ScopedKeys } from './scoped-keys.ts';
export {
  DEFAULT_SCOPES,
  UNTRUSTED_SCOPES,
  collapseScopes,
  grantedCovers,
  implies,
  isValidScope,
  parseScopes,
} from './scopes.ts';
export {
  validateAccessToken,
  validateGrant,
  issuedTokens,
  refreshTokenId,
  exchangeCode,
  refreshAccessToken,
} from './tokens.ts';
export type { ValidateGrantOptions, AccessToken, Grant, RefreshRequest, TokenResponse } from './tokens.ts';
