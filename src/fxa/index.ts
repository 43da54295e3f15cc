// The protocol's public face, for use on its own. Modules have no side effects, so a bundle holds only what it imports.
export { authorizationUrl, newAttemptSecrets } from './authorization.ts';
export type { AuthorizationMetrics, AuthorizationRequest } from './authorization.ts';
export { readCallback } from './callback.ts';
export type { ExpectedCallback } from './callback.ts';
export { destroyAccessToken, destroyGrant } from './destroy.ts';
export type { Destroyed } from './destroy.ts';
export { checkReachable, discover, endpointsFromDiscovery } from './discovery.ts';
export { knownEndpoints, standinEndpoints } from './environments.ts';
export type { Deployment, Endpoints, EnvironmentName } from './environments.ts';
export { FXA_ERROR_CODES, FXA_REASONS, FxaError, isFxaError } from './errors.ts';
export type { FxaErrorCode, FxaErrorDetails, Reason } from './errors.ts';
export type { Http } from './http.ts';
export { verifyIdToken } from './id-token.ts';
export type { IdTokenClaims, IdTokenOptions, KeySource } from './id-token.ts';
export { fetchProfile, parseProfile } from './profile.ts';
export type { Profile } from './profile.ts';
export {
  DEFAULT_SCOPES,
  UNTRUSTED_SCOPES,
  collapseScopes,
  grantedCovers,
  implies,
  isValidScope,
  parseScopes,
} from './scopes.ts';
export { acceptGrant, issuedTokens, refreshAccessToken, refreshTokenId, requestGrant } from './tokens.ts';
export type { AcceptOptions, AccessToken, Grant, TokenAnswer } from './tokens.ts';
