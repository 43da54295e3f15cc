/** The discovery documents of the content origin. */
import type { MockContext } from '../context.ts';

/**
 * `/.well-known/openid-configuration`. FxA: no PKCE, no auth method `none`, and in 2019 neither introspection nor
 * revocation.
 */
export function openidConfiguration({ origin, rules }: MockContext): Readonly<Record<string, unknown>> {
  return {
    authorization_endpoint: `${origin}/authorization`,
    ...(rules.discoveryNamesRevocation
      ? { introspection_endpoint: `${origin}/v1/introspect`, revocation_endpoint: `${origin}/v1/destroy` }
      : {}),
    issuer: origin,
    jwks_uri: `${origin}/v1/jwks`,
    token_endpoint: `${origin}/v1/token`,
    verify_endpoint: rules.monorepo ? `${origin}/v1/verify` : undefined,
    userinfo_endpoint: `${origin}/v1/profile`,
    claims_supported: ['aud', 'exp', 'iat', 'iss', 'sub'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'profile', 'email'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  };
}

/** `/.well-known/fxa-client-configuration`, meant for Firefox. FxA: the auth server without `/v1`. */
export function clientConfiguration({ origin }: MockContext): Readonly<Record<string, unknown>> {
  return {
    auth_server_base_url: origin,
    oauth_server_base_url: origin,
    profile_server_base_url: origin,
    pairing_server_base_uri: origin.replace(/^http/, 'ws'),
    sync_tokenserver_base_url: origin,
  };
}
