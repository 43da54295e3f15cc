/**
 * Signs a person in at the pages of the next server, as a browser would: follows redirects, keeps cookies, fills in the
 * form.
 */
import { SEED_PASSWORD, seedClients } from '../seed.ts';
import { s256 } from '../store/random.ts';
import { TEST_CLIENT } from './drive.ts';

export const REDIRECT_URI = seedClients().find(({ id }) => id === TEST_CLIENT)?.redirectUris[0] ?? '';
const VERIFIER = 'v'.repeat(43);

export interface VisitOptions {
  readonly email?: string;
  readonly password?: string;
  /** The browser's; keep them to be known at the next visit. Default: none. */
  readonly cookies?: Map<string, string>;
  /** Default: the network. */
  readonly fetch?: (url: string, init: RequestInit) => Response | Promise<Response>;
}

/** The address outside of the server that the visit to `url` ends on. Throws with the page's text if it ends on a page. */
export async function visit(
  url: string,
  {
    email = 'ada@example.com',
    password = SEED_PASSWORD,
    cookies = new Map(),
    fetch: send = (at, init) => fetch(at, init),
  }: VisitOptions = {},
): Promise<string> {
  const { origin } = new URL(url);
  let form: Record<string, string> | undefined;
  let at = url;
  for (let steps = 0; steps < 10; steps += 1) {
    if (!at.startsWith(`${origin}/`)) return at;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await send(at, {
      redirect: 'manual',
      headers: { cookie, accept: 'text/html' },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const page = await response.text();
    if (location === null) {
      // The same page again means that the form was not taken.
      const next = formFor(page, { email, password });
      if (response.status !== 200 || next === undefined || next.intent === form?.intent)
        throw new Error(textOf(page));
      form = next;
      continue;
    }
    form = undefined;
    at = new URL(location, at).href;
  }
  throw new Error('The visit goes round and round.');
}

/** Where the test client begins a sign-in that gets a refresh token. `more`: other parameters. */
export function authorizationAt(origin: string, more: Readonly<Record<string, string>> = {}): string {
  return `${origin}/oidc/auth?${new URLSearchParams({
    client_id: TEST_CLIENT,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid profile',
    state: 'the-state',
    access_type: 'offline',
    code_challenge: s256(VERIFIER),
    code_challenge_method: 'S256',
    ...more,
  }).toString()}`;
}

/** Signs in to the test client; resolves with its callback and with the answer to its code. */
export async function signInAt(
  origin: string,
  more: Readonly<Record<string, string>> = {},
  options: VisitOptions = {},
): Promise<{ callback: URL; tokens: Record<string, string> }> {
  const { fetch: send = fetch } = options;
  const callback = new URL(await visit(authorizationAt(origin, more), options));
  const body = new URLSearchParams({
    client_id: TEST_CLIENT,
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    code_verifier: VERIFIER,
    redirect_uri: REDIRECT_URI,
  });
  const answer = await send(`${origin}/oidc/token`, { method: 'POST', body });
  return { callback, tokens: (await answer.json()) as Record<string, string> };
}

/** What a person enters: address and password, or the code of the second step, which the page shows. */
function formFor(page: string, account: Record<string, string>): Record<string, string> | undefined {
  const code = /data-testid="security-code">(\d+)</.exec(page)?.[1];
  if (code !== undefined) return { intent: /name="intent" value="([\w-]+)"/.exec(page)?.[1] ?? '', code };
  if (page.includes('name="password"')) return { intent: 'signin', ...account };
  return page.includes('value="continue"') ? { intent: 'continue' } : undefined;
}

const textOf = (page: string) =>
  page
    .replace(/<style[\s\S]*?<\/style>|<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
