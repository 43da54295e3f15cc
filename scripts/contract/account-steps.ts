// The steps of the contract with an account. They go by src/fxa, as the extension does, so their judgement is the
// extension's own.
import {
  authorizationUrl,
  destroyAccessToken,
  destroyGrant,
  exchangeCode,
  fetchProfile,
  grantedCovers,
  introspect,
  isFxaError,
  issuedTokens,
  newAttemptSecrets,
  refreshAccessToken,
  validateAccessToken,
  validateCallback,
  validateGrant,
  type Deployment,
  type Http,
  type Profile,
} from '../../src/fxa/index.ts';
import { isProfileOf } from '../../src/fxa/profile.ts';
import type { BrowserClient } from './settings.ts';

/** Signs in at that address, as a person would, and resolves with the address that the browser was sent to. */
export type SignIn = (url: string, redirectUri: string) => Promise<string>;

/** What was issued, until it is known to be gone. */
export interface Issued {
  readonly accessTokens: Set<string>;
  grant: { refreshToken: string } | undefined;
}

/** What a step says came; anything else it meets, it throws. */
export type Work<T> = () => Promise<{ came: string; value: T }>;

/** A sentence of ours, which holds no secret and may be shown. */
export class Unexpected extends Error {}

export interface AccountSteps {
  readonly deployment: Deployment;
  readonly client: BrowserClient;
  readonly signIn: SignIn;
  readonly http: Http;
  readonly issued: Issued;
  readonly step: <T>(
    name: string,
    expected: string,
    knownFrom: string,
    work: Work<T>,
  ) => Promise<T | undefined>;
}

/** @throws never: what goes wrong is a line. */
export async function runAccountSteps({
  deployment,
  client,
  signIn,
  http,
  issued,
  step,
}: AccountSteps): Promise<void> {
  const { endpoints, clientId } = deployment;
  const { redirectUri, config } = client;
  const scopeOfRefresh = refreshScope(config.scope, endpoints);
  const { state, codeVerifier, codeChallenge } = await newAttemptSecrets();
  const { dialect, issInCallback, issuer } = endpoints;
  const code = await step('signing in', 'a code at the redirect URI', 'recorded: 2023 n 24', async () => {
    const request = {
      redirectUri,
      scope: config.scope,
      state,
      codeChallenge,
      accessType: 'offline',
    } as const;
    const callback = await signIn(authorizationUrl(deployment, request), redirectUri);
    const expected = { redirectUri, state, issuer, clientId, dialect, issInCallback };
    return { came: 'a code, with the state that was sent', value: validateCallback(callback, expected).code };
  });
  const knownGrant = 'recorded: 2019 n 64, 2023 n 118 and 357 (id_token)';
  const grant = await step(
    'the code for tokens',
    'a verified id_token, the scopes, a refresh token',
    knownGrant,
    async () => {
      const answer = await exchangeCode(deployment, { code: code ?? '', codeVerifier, redirectUri }, http);
      const { accessToken, grant: made } = await issuedTokens(deployment, answer);
      if (accessToken !== undefined) issued.accessTokens.add(accessToken);
      issued.grant = made;
      const options = { now: Date.now(), requireIdToken: true, scope: config.scope };
      const valid = await validateGrant(deployment, answer, options, http);
      if (issued.grant === undefined) throw new Unexpected('no refresh token');
      if (!grantedCovers(valid.scope, 'profile:uid')) throw new Unexpected('scopes without profile:uid');
      return { came: `all three; ${valid.expiresIn} s`, value: valid };
    },
  );
  const profile = await step(
    'the profile',
    'the uid of the id_token',
    'recorded: 2019 n 78, 2023 n 142',
    async () => {
      const value = await fetchProfile(deployment, grant?.accessToken ?? '', http);
      const subject = grant?.claims?.sub ?? '';
      if (!isProfileOf(value, subject, config.pairwiseSubjects))
        throw new Unexpected('the profile of another account');
      return { came: shapeOf(value, grant?.scope ?? ''), value };
    },
  );
  await step(
    'introspection',
    'live, and of this client',
    'recorded: 2019 fact 14 (inverted), 2023 n 212',
    async () => {
      const about = await introspect(
        endpoints,
        grant?.accessToken ?? '',
        { now: Date.now(), clientId },
        http,
      );
      if (about === undefined) throw new Unexpected('the token is said to be dead');
      if (about.clientId !== clientId) throw new Unexpected('another client');
      return { came: 'live, and of this client', value: undefined };
    },
  );
  const fresh = await step(
    'refreshing',
    'a new access token, the scopes',
    'recorded: 2019 n 66, 2023 n 122',
    async () => {
      const request = {
        refreshToken: grant?.refreshToken ?? '',
        scope: refreshScope(config.scope, endpoints),
      };
      const answer = await refreshAccessToken(deployment, request, http);
      const made = await issuedTokens(deployment, answer);
      if (made.accessToken !== undefined) issued.accessTokens.add(made.accessToken);
      // A rotated one takes the place of the first.
      issued.grant = made.grant ?? issued.grant;
      const { accessToken, expiresIn, scope } = await validateAccessToken(deployment, answer, request.scope);
      if (accessToken === grant?.accessToken) throw new Unexpected('the same access token again');
      if (!grantedCovers(scope, 'profile:uid')) throw new Unexpected('scopes without profile:uid');
      const came = `a new one; ${expiresIn} s; the refresh token ${made.grant ? 'rotated' : 'stays'}`;
      return { came, value: accessToken };
    },
  );
  await step('the profile after a refresh', 'the same uid', 'recorded: 2023 n 142', async () => {
    const again = await fetchProfile(deployment, fresh ?? '', http);
    if (again.uid !== profile?.uid) throw new Unexpected('another uid');
    return { came: 'the same uid', value: undefined };
  });
  await step(
    'destroying the access token',
    'it is dead at once',
    'recorded: 2019 n 108, 2023 n 222 and 224',
    async () => {
      await destroyAccessToken(deployment, fresh ?? '', http);
      if (await introspect(endpoints, fresh ?? '', { now: Date.now(), clientId }, http))
        throw new Unexpected('it lives on');
      issued.accessTokens.delete(fresh ?? '');
      return { came: 'dead', value: undefined };
    },
  );
  await step(
    'destroying the grant',
    'a refresh says it is gone',
    'recorded: 2019 n 112 and 128, 2023 n 228 to 230',
    async () => {
      if (issued.grant === undefined) throw new Unexpected('there is none');
      await destroyGrant(deployment, issued.grant, http);
      await expectGone(deployment, issued.grant.refreshToken, scopeOfRefresh, http);
      issued.grant = undefined;
      return { came: 'gone', value: undefined };
    },
  );
}

/** FxA: `openid` is no scope of a refresh. Elsewhere the profile demands it (OpenID Connect Core 1.0, section 5.3.1). */
function refreshScope(scope: string, { dialect }: Deployment['endpoints']): string {
  const drops = dialect === undefined;
  return scope
    .split(' ')
    .filter((one) => !drops || one !== 'openid')
    .join(' ');
}

async function expectGone(
  deployment: Deployment,
  refreshToken: string,
  scope: string,
  http: Http,
): Promise<void> {
  try {
    await refreshAccessToken(deployment, { refreshToken, scope }, http);
  } catch (error) {
    if (isFxaError(error) && error.code === 'reauth_required') return;
    throw error;
  }
  throw new Unexpected('it still gives tokens');
}

const SHOWN = ['uid', 'email', 'displayName', 'avatar', 'metricsEnabled'] as const;

/** Which of the members that the popup shows are there; never their values. */
function shapeOf(profile: Profile, scope: string): string {
  if (grantedCovers(scope, 'profile:email') && profile.email === undefined) throw new Unexpected('no email');
  return SHOWN.filter((name) => profile[name] !== undefined).join(', ');
}
