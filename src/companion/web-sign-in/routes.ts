// Signing in web applications, as kinto-fxa did: the settings, the beginning, and the callback of Mozilla accounts.
// Redeeming the one-time code that the callback hands over is in redeem.ts.
import { Hono, type Context } from 'hono';
import { WEB_PATHS, type ParamsAnswer } from '../../contract/web-sign-in.ts';
import type { AccessToken } from '../../fxa/tokens.ts';
import { atMost } from '../http/body.ts';
import { badRequest, Problem } from '../http/problem.ts';
import {
  formatSessionToken,
  newSessionToken,
  parseSessionToken,
  seal,
  sessionHash,
} from '../sessions/token.ts';
import type { WebState } from '../store.ts';
import { authorizedRedirect, isAuthorizedOrigin } from './authorized-domains.ts';
import { authorizationAddress, discard, errorFor, exchange } from './exchange.ts';
import { redeem, type Redeemed, type RedeemParts } from './redeem.ts';
import type { WebClient } from './settings.ts';
import { stateCookie } from './state-cookie.ts';

/** Milliseconds: the web application redeems its code at once. */
const CODE_LIFETIME = 60_000;
/** S256 (RFC 7636, section 4.2). */
const CHALLENGE = /^[\w-]{43}$/;
/** Bytes. */
const LARGEST_REDEMPTION = 1024;

export interface WebSignInParts extends RedeemParts {
  /** Called for failures that the operator should know of, such as a wrong secret. */
  readonly report: (error: unknown) => void;
}

/** The routes, also under `/v1`. Errors are thrown as `Problem`. */
export function webSignIn(parts: WebSignInParts): Hono {
  const { web, store, now, report } = parts;
  const cookie = stateCookie(
    !web.every(({ redirectUri }) => redirectUri.startsWith('http:')),
    Math.max(...web.map(({ stateTtl }) => stateTtl)),
  );

  const params = (c: Context) => {
    const { clientId, scope } = chosenClient(web, c);
    const { origin } = new URL(parts.endpoints.current().token);
    return c.json({ client_id: clientId, oauth_uri: origin, scope } satisfies ParamsAnswer);
  };

  const login = async (c: Context) => {
    const client = chosenClient(web, c);
    const challenge = challengeOf(c, client);
    const redirect = authorizedRedirect(
      single(c, 'redirect'),
      client.authorizedDomains,
      challenge === undefined,
    );
    if (redirect === undefined) {
      const fragment = challenge === undefined ? 'with' : 'without';
      throw badRequest(`redirect must be an https URL on an authorized domain, ${fragment} a fragment`);
    }
    const state = newSessionToken();
    await store.saveWebState({
      hash: sessionHash(state),
      browser: sessionHash(cookie.keep(c)),
      client: client.name,
      redirect: redirect.href,
      challenge,
      lifetime: client.stateTtl * 1000,
    });
    return redirectTo(c, authorizationAddress(parts.endpoints.current(), client, formatSessionToken(state)));
  };

  const callback = async (c: Context) => {
    const state = parseSessionToken(single(c, 'state'));
    const browser = cookie.read(c);
    const begun = state && browser && (await store.takeWebState(sessionHash(state), sessionHash(browser)));
    const client = web.find(({ name }) => name === begun?.client);
    // The settings may have changed since. One answer for all, so that it tells nothing about other browsers' sign-ins.
    if (!begun || !client || !isAuthorizedOrigin(new URL(begun.redirect).origin, client.authorizedDomains))
      throw new Problem(
        400,
        'unknown_state',
        'This sign-in was begun in another browser, is over, or took too long; begin again in the application',
      );
    return exchange(parts, client, formatSessionToken(state), new URL(c.req.url).search).then(
      (token) => handOver(c, client, begun, token),
      (error: unknown) => failed(c, begun, error),
    );
  };

  /** Back to the web application, with a code for what went wrong; an old client would take that for a token. */
  function failed(c: Context, { redirect, challenge }: WebState, error: unknown): Response {
    const code = errorFor(error);
    if (code === 'server_error') report(error);
    if (challenge !== undefined) return redirectTo(c, `${redirect}#error=${code}`);
    const isAway = code === 'temporarily_unavailable';
    throw new Problem(isAway ? 503 : 400, code, 'The sign-in did not succeed; begin again');
  }

  /** Ends at the web application: with a one-time code or, for an old client, the token itself. */
  async function handOver(c: Context, client: WebClient, begun: WebState, token: AccessToken) {
    const { redirect, challenge } = begun;
    const { accessToken, scope, expiresIn } = token;
    if (challenge === undefined) return redirectTo(c, redirect + accessToken);
    const code = newSessionToken();
    const redeemed: Redeemed = { accessToken, scope, expiresAt: now() + expiresIn * 1000 };
    try {
      await store.saveWebCode({
        hash: sessionHash(code),
        client: client.name,
        origin: new URL(redirect).origin,
        challenge,
        sealed: seal('web sign-in', code, JSON.stringify(redeemed)),
        lifetime: CODE_LIFETIME,
      });
    } catch (error) {
      await discard(parts, client, accessToken);
      throw error;
    }
    return redirectTo(c, `${redirect}#code=${formatSessionToken(code)}`);
  }

  const app = new Hono();
  for (const prefix of ['', '/v1']) {
    app.get(prefix + WEB_PATHS.params, params);
    app.get(prefix + WEB_PATHS.login, login);
    app.get(prefix + WEB_PATHS.token, callback);
    app.post(prefix + WEB_PATHS.token, atMost(LARGEST_REDEMPTION), redeem(parts));
  }
  return app;
}

/** The client asked for by its id; by default the first. No parameter may be repeated. */
function chosenClient(web: readonly WebClient[], c: Context): WebClient {
  // RFC 6749, section 3.1.
  if (Object.values(c.req.queries()).some((values) => values.length > 1))
    throw badRequest('each parameter may be given once');
  const id = c.req.query('client_id') ?? web[0]?.clientId;
  const client = web.find(({ clientId }) => clientId === id);
  if (client === undefined) throw badRequest('client_id is not that of a web client');
  return client;
}

/** The web application's challenge; undefined where it is old and may do without. */
function challengeOf(c: Context, { legacyFragment }: WebClient): string | undefined {
  const challenge = single(c, 'code_challenge');
  if (challenge === '' && legacyFragment) return undefined;
  if (!CHALLENGE.test(challenge) || single(c, 'code_challenge_method') !== 'S256')
    throw badRequest('code_challenge and code_challenge_method=S256 are required');
  return challenge;
}

/** A parameter given once; otherwise empty. */
function single(c: Context, name: string): string {
  const [value = '', ...others] = c.req.queries(name) ?? [];
  return others.length === 0 ? value : '';
}

function redirectTo(c: Context, address: string): Response {
  return c.body(null, 302, { 'cache-control': 'no-store', location: address });
}
