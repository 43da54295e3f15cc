/**
 * How Mozilla's decision records describe the next server, as settings of oidc-provider: public clients with PKCE, rotated
 * refresh tokens, `iss` in callbacks, opaque tokens, revocation by RFC 7009.
 *
 * Not in the records, so assumed here:
 * - Offline access is asked for as today, by `access_type=offline`.
 * - The profile is the answer of the userinfo endpoint, with the members that it has today.
 * - Access tokens live an hour; refresh tokens thirty days from their last use.
 * - There are no scoped keys.
 * - Introspection tells how the person signed in (RFC 9470, section 6.2) of tokens made at a sign-in, as today.
 */
import { html } from 'hono/html';
import { interactionPolicy, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { MockContext } from '../context.ts';
import { profileFields } from '../profile/fields.ts';
import { KEY_SCOPE } from '../seed.ts';
import type { Account, Client } from '../store/types.ts';
import { REFRESH_TOKEN_LIFE, type Grants } from './grants.ts';

export interface NextOptions {
  /** False: the provider's default, which lets no extension in. */
  readonly cors: boolean;
  /** The provider's default: one grant per client and browser session, which every sign-in there extends. */
  readonly sharedGrants?: boolean | undefined;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

const PROFILE_SCOPES = ['uid', 'email', 'display_name', 'avatar', 'locale', 'amr', 'subscriptions'];
const SCOPES = [
  'openid',
  'offline_access',
  'email',
  'profile',
  'profile:write',
  ...PROFILE_SCOPES.flatMap((name) => [`profile:${name}`, `profile:${name}:write`]),
  KEY_SCOPE,
];
const MEMBERS = [
  'uid',
  'email',
  'displayName',
  'avatar',
  'avatarDefault',
  'locale',
  'amrValues',
  'twoFactorAuthentication',
  'subscriptions',
  'metricsEnabled',
];

/** The provider's settings. The signing key is a private JWK. */
export function configurationFor(
  context: MockContext,
  grants: Grants,
  { key, cors, sharedGrants = false }: { readonly key: object } & NextOptions,
): Configuration {
  const { store } = context;
  const { offline } = grants;
  return {
    adapter: grants.adapter,
    clients: [...store.clients.values()].map(metadataOf),
    jwks: { keys: [key] },
    cookies: { keys: ['mock server'] },
    scopes: SCOPES,
    claims: {
      openid: ['sub'],
      ...Object.fromEntries(
        SCOPES.filter((scope) => /^(?:profile|email)/.test(scope)).map((scope) => [scope, MEMBERS]),
      ),
      acr: null,
      amr: null,
      auth_time: null,
    },
    acrValues: ['AAL1', 'AAL2'],
    extraTokenClaims: ({ oidc }) => {
      const { acr, amr, authTime } = oidc.entities.AuthorizationCode ?? {};
      return { acr, amr, auth_time: authTime };
    },
    extraParams: ['access_type', 'action', 'email', 'entrypoint', 'flow_id', 'flow_begin_time', 'device_id'],
    responseTypes: ['code'],
    pkce: { methods: ['S256'], required: (_ctx, client) => client.clientAuthMethod === 'none' },
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client, code) =>
      Promise.resolve(client.grantTypeAllowed('refresh_token') && offline.has(code.grantId ?? '')),
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 900,
      Grant: 365 * DAY,
      IdToken: 300,
      Interaction: HOUR,
      RefreshToken: REFRESH_TOKEN_LIFE,
      Session: 14 * DAY,
    },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: false },
    },
    routes: {
      authorization: '/oidc/auth',
      introspection: '/oidc/token/introspection',
      jwks: '/oidc/jwks',
      revocation: '/oidc/token/revocation',
      token: '/oidc/token',
      userinfo: '/oidc/me',
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}`, policy: policy() },
    loadExistingGrant: (ctx) => grantFor(ctx, offline, sharedGrants),
    findAccount: (_ctx, sub, token) => {
      const account = store.accounts.byUid(sub);
      if (account === undefined) return undefined;
      return { accountId: sub, claims: () => ({ sub, ...(token ? fieldsOf(context, token, account) : {}) }) };
    },
    clientBasedCORS: (_ctx, origin, client) =>
      cors &&
      (/^(?:moz|chrome)-extension:\/\//.test(origin) ||
        (client.redirectUris ?? []).some((uri) => new URL(uri).origin === origin)),
    renderError: async (ctx, { error, error_description }) => {
      ctx.type = 'html';
      ctx.body = String(
        await html`<!doctype html>
          <title>Error</title>
          <h1>That did not work</h1>
          <p role="alert">${error}: ${error_description ?? ''}</p>`,
      );
    },
  };
}

/** The values of a parameter, which are separated by spaces. */
export const valuesOf = (parameter: unknown): string[] =>
  typeof parameter === 'string' ? parameter.split(' ') : [];

/** The settings of a client as OpenID Connect's registration names them. */
function metadataOf({ id, redirectUris, publicClient, secret }: Client) {
  return {
    client_id: id,
    redirect_uris: [...redirectUris],
    // Web applications may not end on http, not even on loopback, as the companion's return page does.
    application_type: redirectUris.some((uri) => uri.startsWith('http:'))
      ? ('native' as const)
      : ('web' as const),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code' as const],
    ...(publicClient
      ? { token_endpoint_auth_method: 'none' as const }
      : { token_endpoint_auth_method: 'client_secret_post' as const, client_secret: secret ?? '' }),
  };
}

/** The page is shown each time, as today's is; none asks for consent, as for Mozilla's own clients. */
function policy() {
  const { base, Check } = interactionPolicy;
  const prompts = base();
  prompts.remove('consent');
  const login = prompts.get('login');
  login?.checks.add(
    new Check('page', 'the page is always shown', 'login_required', (ctx) => {
      const { oidc } = ctx;
      const isSilent = oidc.prompts.has('none') && oidc.session?.accountId !== undefined;
      return isSilent || oidc.result?.login !== undefined ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    }),
  );
  login?.checks.add(
    new Check('second_step', 'two-step sign-in is demanded', 'unmet_authentication_requirements', (ctx) => {
      const { oidc } = ctx;
      const demanded = valuesOf(oidc.params?.acr_values).includes('AAL2');
      const missing = demanded && oidc.session?.acr !== 'AAL2' && oidc.result?.login?.acr !== 'AAL2';
      return missing && oidc.result?.login === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
    }),
  );
  return prompts;
}

/** A grant of all that was asked for: a new one, or the browser session's if it is shared and not revoked. */
async function grantFor(ctx: KoaContextWithOIDC, offline: Set<string>, shared: boolean) {
  const { client, session, provider, params } = ctx.oidc;
  if (!client || session?.accountId === undefined) return undefined;
  const known = shared ? session.grantIdFor(client.clientId) : undefined;
  const grant =
    (known === undefined ? undefined : await provider.Grant.find(known)) ??
    new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(valuesOf(params?.scope).join(' '));
  const id = await grant.save();
  if (params?.access_type === 'offline') offline.add(id);
  return grant;
}

function fieldsOf(
  context: MockContext,
  token: { readonly scope?: string | undefined; readonly clientId?: string | undefined },
  account: Account,
) {
  const { scope = '', clientId = '' } = token;
  const access = {
    id: '',
    uid: account.uid,
    clientId,
    scope,
    createdAt: 0,
    expiresAt: 0,
    profileChangedAt: 0,
  };
  return profileFields(context, access, account);
}
