/** Signs a person in at the pages of the next server, as a browser would: follows redirects, keeps cookies, fills in the form. */
import { SEED_PASSWORD } from '../seed.ts';

export interface VisitOptions {
  readonly email?: string;
  readonly password?: string;
  /** Default: the network. */
  readonly fetch?: (url: string, init: RequestInit) => Response | Promise<Response>;
}

/** The address outside of the server that the visit to `url` ends on. Throws with the page's text if it ends on a page. */
export async function visit(
  url: string,
  {
    email = 'ada@example.com',
    password = SEED_PASSWORD,
    fetch: send = (at, init) => fetch(at, init),
  }: VisitOptions = {},
): Promise<string> {
  const { origin } = new URL(url);
  const cookies = new Map<string, string>();
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

/** What a person enters: address and password, or the code of the second step, which the page shows. */
function formFor(page: string, account: Record<string, string>): Record<string, string> | undefined {
  const code = /data-testid="security-code">(\d+)</.exec(page)?.[1];
  if (code !== undefined) return { intent: /name="intent" value="([\w-]+)"/.exec(page)?.[1] ?? '', code };
  return page.includes('name="password"') ? { intent: 'signin', ...account } : undefined;
}

const textOf = (page: string) =>
  page
    .replace(/<style[\s\S]*?<\/style>|<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
