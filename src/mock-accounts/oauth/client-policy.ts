/** Whether a client may be granted what it asks: its redirect URI, PKCE and scopes. */
import { UNTRUSTED_SCOPES } from '../../fxa/scopes.ts';
import { oauthProblem } from '../problems.ts';
import { scopeValues, uncovered } from '../scope-set.ts';
import type { Client } from '../store/types.ts';

/** FxA: scopes that carry keys are only for the clients they are registered to. */
const KEY_BEARING = ['oldsync', 'notes', 'lockbox', 'send', '123done'].map(
  (app) => `https://identity.mozilla.com/apps/${app}`,
);

/** Whether a scope has keys of its own. A scope below it has none. */
export function isKeyBearing(scope: string): boolean {
  return KEY_BEARING.includes(scope);
}

/** The redirect URI to use: the one asked, or the first registered. Exact match only. Throws 103. */
export function checkRedirectUri(client: Client, requested: string | undefined): string {
  const uri = requested ?? client.redirectUris[0] ?? '';
  if (!client.redirectUris.includes(uri)) throw oauthProblem(103, { redirectUri: uri });
  return uri;
}

/** FxA: public clients must use PKCE, confidential ones must not. Throws 118, 116. */
export function checkPkceUse(client: Client, challenge: string | undefined): void {
  if (client.publicClient && challenge === undefined) throw oauthProblem(118);
  if (!client.publicClient && challenge !== undefined) throw oauthProblem(116, { clientId: client.id });
}

/**
 * The scopes this client may not have. FxA: untrusted clients may have four, trusted ones any but foreign key-bearing
 * ones.
 */
export function refusedScopes(client: Client, scope: string): string[] {
  if (!client.trusted) return uncovered(scope, UNTRUSTED_SCOPES.join(' '));
  const bearing = (scopeValues(scope) ?? []).filter((value) =>
    KEY_BEARING.some((app) => value === app || value.startsWith(`${app}/`) || value.startsWith(`${app}#`)),
  );
  return uncovered(bearing.join(' '), client.allowedScopes ?? '');
}

/** Throws 114 with the scopes the client may not have. */
export function checkScopes(client: Client, scope: string): void {
  const invalidScopes = refusedScopes(client, scope);
  if (invalidScopes.length > 0) throw oauthProblem(114, { invalidScopes });
}
