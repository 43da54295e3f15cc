/** A browser of one cookie and no script, for tests of the pages. */
import type { MockServer } from '../app.ts';
import { SEED_PASSWORD } from '../seed.ts';
import { TEST_CLIENT } from './drive.ts';

export interface ShownPage {
  readonly status: number;
  readonly html: string;
  /** What the page's script is given. */
  readonly data: unknown;
  readonly alert: string | undefined;
}

export interface Browser {
  /** Opens an address, or posts a form to it; redirects are followed. */
  open(path: string, form?: Record<string, string>, headers?: Record<string, string>): Promise<ShownPage>;
  /** Fills in the sign-in form of a page. */
  signIn(path: string, email?: string): Promise<ShownPage>;
  cookie(): string;
}

/** The address of an authorization request that is fine, but for what the test changes; undefined drops a parameter. */
export function requestPath(more: Record<string, string | undefined> = {}): string {
  const parameters = {
    client_id: TEST_CLIENT,
    scope: 'openid profile',
    state: 'the-state',
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
    access_type: 'offline',
    ...more,
  };
  const given = Object.entries<string | undefined>(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return `/authorization?${new URLSearchParams(given).toString()}`;
}

async function read(response: Response): Promise<ShownPage> {
  const html = await response.text();
  const data = /const data = (.*);\n/.exec(html)?.[1];
  return {
    status: response.status,
    html,
    data: data === undefined ? undefined : (JSON.parse(data) as unknown),
    alert: /<p role="alert">([^<]*)<\/p>/.exec(html)?.[1],
  };
}

/** A fresh browser. */
export function browser({ app, context }: Pick<MockServer, 'app' | 'context'>): Browser {
  let cookie = '';
  const open: Browser['open'] = async (path, form, headers = {}) => {
    const init = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
    const response = await app.request(context.origin + path, {
      ...init,
      headers: { cookie, accept: 'text/html', ...headers },
    });
    const set = response.headers.get('set-cookie');
    if (set !== null) cookie = set.split(';')[0] ?? '';
    const location = response.headers.get('location');
    return location === null ? read(response) : open(location);
  };
  return {
    open,
    signIn: (path, email = 'ada@example.com') =>
      open(path, { intent: 'signin', email, password: SEED_PASSWORD }),
    cookie: () => cookie,
  };
}
