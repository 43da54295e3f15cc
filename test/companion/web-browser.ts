// A browser at a web application: it begins a sign-in at the companion, consents at the mock server, comes back, and its
// page redeems the code. The companion is behind a proxy, at https://companion.example.
import { createHash, randomBytes } from 'node:crypto';
import type { RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { drive } from '../../src/mock-accounts/testing/drive.ts';
import { visit } from '../../src/mock-accounts/testing/next.ts';
import { seedClients, WEB_CLIENT } from '../../src/mock-accounts/seed.ts';
import type { WebClient } from '../../src/companion/web-sign-in/settings.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { ADA, ask, type Answer } from './harness.ts';

export const APP = 'https://app.example.com';
export const PROXY = 'https://companion.example';

/** The mock server's clients, for a companion at that address. */
export const MOCK_CLIENTS = seedClients(`${PROXY}/auth/return`);

/** In one space with `CLIENT`. */
export const WEB: WebClient = {
  clientId: WEB_CLIENT.id,
  name: 'todo',
  scope: 'profile:uid',
  space: CLIENT.space,
  jwt: false,
  secret: WEB_CLIENT.secret,
  redirectUri: `${PROXY}/fxa-oauth/token`,
  requestedScope: 'profile',
  authorizedDomains: ['app.example.com', '*.apps.example.com', '127.0.0.1:8080'],
  stateTtl: 3600,
  legacyFragment: false,
};

export const s256 = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

type Changes = Readonly<Record<string, string | undefined>>;

let callers = 0;

export function webBrowser(mock: RunningMockServer, companion: { readonly origin: string }, prefix = '') {
  let cookie = '';
  let verifier = '';
  // Every browser has an address of its own, so that no rate limit hides an answer.
  const address = `10.9.${(callers >> 8) & 255}.${(callers += 1) & 255}`;

  const get = async (path: string): Promise<Answer> => {
    const headers = { 'x-forwarded-for': address, ...(cookie !== '' && { cookie }) };
    const answer = await ask(companion.origin + path, 'GET', { headers });
    for (const set of answer.headers.getSetCookie()) cookie = set.split(';', 1)[0] ?? '';
    return answer;
  };
  const browser = {
    get,
    cookie: () => cookie,
    verifier: () => verifier,
    /** Opens `/fxa-oauth/login` with a fresh challenge; undefined drops a parameter. */
    begin(changes: Changes = {}): Promise<Answer> {
      verifier = randomBytes(32).toString('base64url');
      const given: Changes = {
        redirect: `${APP}/`,
        code_challenge: s256(verifier),
        code_challenge_method: 'S256',
        ...changes,
      };
      const entries = Object.entries(given).filter(([, value]) => value !== undefined) as [string, string][];
      return get(`${prefix}/fxa-oauth/login?${new URLSearchParams(entries).toString()}`);
    },
    /** Signs in at the address the companion sent the browser to; resolves with the path of the callback. */
    async consent(begun: Answer, email = ADA): Promise<string> {
      const { searchParams, pathname: page, href } = addressIn(begun);
      if (page === '/oidc/auth') return (await visit(href, { email })).slice(PROXY.length);
      const { response_type: _, ...wanted } = Object.fromEntries(searchParams);
      const driver = drive(mock);
      const session = await driver.signIn(email);
      const { status, text, body } = await driver.post(
        '/v1/oauth/authorization',
        wanted,
        driver.bearer(session),
      );
      if (status !== 200) throw new Error(`No consent: ${text}`);
      const { pathname, search } = new URL(String(body.redirect));
      return pathname + search;
    },
    /** Begins, consents, and follows the callback; resolves with the web application's address. */
    async arrive(changes: Changes = {}, email = ADA): Promise<URL> {
      const path = await browser.consent(await browser.begin(changes), email);
      return addressIn(await get(prefix + path));
    },
    /** As the page at `origin` does. */
    redeem(
      code: string,
      { origin = APP, ...body }: { origin?: string | undefined; code_verifier?: string } = {},
    ): Promise<Answer> {
      const headers = { 'x-forwarded-for': address, ...(origin !== '' && { origin }) };
      return ask(`${companion.origin}${prefix}/fxa-oauth/token`, 'POST', {
        headers,
        body: { code, code_verifier: verifier, ...body },
      });
    },
    /** The whole way. */
    async signIn(email = ADA): Promise<{ session: string; token: string }> {
      const { body, text } = await browser.redeem(codeIn(await browser.arrive({}, email)));
      if (typeof body.session !== 'string') throw new Error(`No session: ${text}`);
      return { session: body.session, token: String(body.access_token) };
    },
  };
  return browser;
}

/** Where a redirect leads. */
export function addressIn({ status, headers, text }: Answer): URL {
  if (status !== 302) throw new Error(`No redirect: ${status} ${text}`);
  return new URL(headers.get('location') ?? '');
}

/** The one-time code in the fragment. */
export function codeIn({ hash }: URL): string {
  return /^#code=([\w-]{43})$/.exec(hash)?.[1] ?? `no code in ${hash}`;
}
