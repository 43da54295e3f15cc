// The pages: signing in, signing up, the front page.
import { beforeEach, describe, expect, it } from 'vitest';
import { fresh } from '../../src/mock-accounts/testing/fresh.ts';
import {
  type Browser,
  requestPath as query,
  type ShownPage,
} from '../../src/mock-accounts/testing/browse.ts';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';

const UNTRUSTED = 'a1b2c3d4e5f60003';
let { clock, mock, driver, page } = fresh('today');
beforeEach(() => {
  ({ clock, mock, driver, page } = fresh('today'));
});

const password = 'correct horse';
const browse: Browser['open'] = (path, form, headers) => page.open(path, form, headers);
const signIn = (path = query(), email = 'ada@example.com') => page.signIn(path, email);

describe('signing in', () => {
  it('asks for address and password, twice alike', async () => {
    const first = await browse(query());
    expect(first.status).toBe(200);
    expect(first.html).toContain('name="email"');
    expect(first.html).toContain('name="password"');
    expect(first.html).toContain('not the real Mozilla accounts');
    const second = await browse(query());
    const bare = ({ html }: ShownPage) => html.replace(/nonce="[^"]+"/g, '');
    expect(bare(second)).toBe(bare(first));
  });

  it('says what is wrong', async () => {
    expect(
      (await browse(query(), { intent: 'signin', email: 'ada@example.com', password: 'no' })).alert,
    ).toBe('Incorrect password');
    expect((await browse(query(), { intent: 'signin', email: 'nobody@example.com', password })).alert).toBe(
      'Unknown account',
    );
    expect(page.cookie()).toBe('');
  });

  it('ends in a page whose script asks for the code with what was requested', async () => {
    const { data, html } = await signIn();
    expect(data).toEqual({
      client_id: TEST_CLIENT,
      redirect_uri: 'https://0123456789abcdef0123456789abcdef01234567.extensions.allizom.org/',
      scope: 'openid profile',
      state: 'the-state',
      access_type: 'offline',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      carried: '&action=signin',
    });
    expect(html).toContain("fetch('/v1/oauth/authorization'");
    const answer = await driver.post('/v1/oauth/authorization', data, { cookie: page.cookie() });
    expect(answer.body.redirect).toMatch(/^https:\/\/0123.*\/\?code=[0-9a-f]{64}&state=the-state$/);
  });

  it('a second time offers to continue, or another account', async () => {
    await signIn();
    const offer = await browse(query());
    expect(offer.html).toContain('>Continue</button>');
    expect(offer.html).toContain('ada@example.com');
    expect((await browse(query(), { intent: 'continue' })).data).toMatchObject({ state: 'the-state' });
    expect((await browse(query(), { intent: 'show-signin' })).html).toContain('name="password"');
    await signIn(query(), 'lin@example.com');
    expect((await browse(query())).html).toContain('lin@example.com');
  });

  it('prompt=login and max_age ask for the password again', async () => {
    await signIn();
    for (const path of [query({ prompt: 'login' }), query({ max_age: '0' })]) {
      expect((await browse(path)).html).toContain('name="password"');
      expect((await browse(path, { intent: 'continue' })).html).toContain('name="password"');
      expect((await signIn(path)).data).toMatchObject({ state: 'the-state' });
    }
    expect((await browse(query({ max_age: '60' }))).html).toContain('>Continue</button>');
    clock.now += 61_000;
    expect((await browse(query({ max_age: '60' }))).html).toContain('name="password"');
  });

  it('prefills an address; an unknown one leads to sign-up', async () => {
    expect((await browse(query({ login_hint: 'lin@example.com' }))).html).toContain(
      'value="lin@example.com"',
    );
    expect((await browse(query({ action: 'force_auth', email: 'nobody@example.com' }))).html).toContain(
      'Create account',
    );
    await signIn();
    expect((await browse(query({ email: 'lin@example.com' }))).html).toContain('name="password"');
    expect((await browse(query({ email: 'ADA@example.com' }))).html).toContain('>Continue</button>');
  });

  it('untrusted clients and prompt=consent show a permission screen', async () => {
    const path = query({
      client_id: UNTRUSTED,
      scope: 'profile:uid profile:email profile:locale',
      redirect_uri: undefined,
    });
    const asked = await signIn(path);
    expect(asked.html).toContain('>Accept</button>');
    expect(asked.html).toContain('your email address');
    expect((await browse(path, { intent: 'accept' })).data).toMatchObject({
      scope: 'profile:uid profile:email',
    });
    const consent = query({ prompt: 'consent', scope: 'profile' });
    expect((await browse(consent, { intent: 'continue' })).html).toContain('>Accept</button>');
    expect((await browse(consent, { intent: 'accept' })).data).toMatchObject({
      scope: 'profile:uid profile:email profile:display_name profile:avatar',
    });
  });

  it('nothing a visitor sends becomes markup', async () => {
    const evil = '"><script>alert(1)</script>@x.example';
    const { html } = await browse(query(), { intent: 'signin', email: evil, password });
    expect(html).not.toContain('<script>alert');
    const { html: finished } = await signIn(query({ state: '</script><script>alert(1)</script>' }));
    expect(finished).not.toContain('<script>alert');
    expect(finished).toContain('\\u003c/script>');
  });

  it('a form sent from another site is refused', async () => {
    const { status } = await browse(
      query(),
      { intent: 'signin', email: 'ada@example.com', password },
      { origin: 'https://evil.example', host: '127.0.0.1:9720' },
    );
    expect(status).toBe(403);
  });
});

describe("the pages' cookie on the API", () => {
  const host = '127.0.0.1:9720';
  const own = { host, origin: `http://${host}` };
  const request = { client_id: TEST_CLIENT, scope: 'profile', state: 's', code_challenge: 'c'.repeat(43) };
  const wanted = { ...request, code_challenge_method: 'S256' };

  it.each(['https://evil.example', 'http://127.0.0.1:9721', 'null'])(
    'counts for nothing from %s',
    async (origin) => {
      await signIn();
      const headers = { host, origin, cookie: page.cookie() };
      for (const path of ['/v1/oauth/authorization', '/v1/session/destroy']) {
        expect(await driver.form(path, wanted, headers)).toMatchObject({ status: 401, body: { errno: 110 } });
        const bare = await driver.form(path, wanted, { host, origin });
        expect(bare).toMatchObject({ status: 401, body: { errno: 110 } });
      }
      const still = await driver.post('/v1/oauth/authorization', wanted, { ...own, cookie: page.cookie() });
      expect(still.status).toBe(200);
    },
  );

  it('counts from its own pages, and without an Origin', async () => {
    await signIn();
    const cookie = page.cookie();
    expect((await driver.form('/v1/oauth/authorization', wanted, { host, cookie })).status).toBe(200);
    expect((await driver.form('/v1/session/destroy', {}, { ...own, cookie })).status).toBe(200);
    expect((await driver.form('/v1/session/destroy', {}, { ...own, cookie })).status).toBe(401);
  });

  it('a bearer session may come from anywhere', async () => {
    const headers = { ...driver.bearer(await driver.signIn()), host, origin: 'https://evil.example' };
    expect((await driver.form('/v1/oauth/authorization', wanted, headers)).status).toBe(200);
    expect((await driver.form('/v1/session/destroy', {}, headers)).status).toBe(200);
  });
});

describe('signing up', () => {
  const signUp = (more: Record<string, string> = {}) =>
    browse(query(), { intent: 'signup', email: 'new@example.com', password: 'long enough', ...more });

  it('shows the code that would be mailed, and wants it back', async () => {
    const { html } = await signUp();
    const code = /data-testid="confirmation-code">(\d{6})</.exec(html)?.[1] ?? '';
    expect(code).toBe(mock.store.accounts.byEmail('new@example.com')?.confirmationCode);
    expect((await browse(query())).html).toContain(code);
    expect((await browse(query(), { intent: 'confirm', code: '000000' })).alert).toBe(
      'Invalid verification code',
    );
    expect((await browse(query(), { intent: 'confirm', code })).data).toMatchObject({ state: 'the-state' });
    expect(mock.store.accounts.byEmail('new@example.com')?.verified).toBe(true);
  });

  it('says what is wrong', async () => {
    expect((await signUp({ email: 'ada@example.com' })).alert).toBe('Account already exists');
    expect((await signUp({ email: 'nonsense' })).alert).toBe('Valid email required');
    expect((await signUp({ password: 'short' })).alert).toBe('Password must be at least 8 characters');
  });
});

describe('the front page', () => {
  it('tells browsers who can sign in, and programs the version', async () => {
    expect((await browse('/')).html).toContain('ada@example.com');
    expect((await driver.get('/')).body).toHaveProperty('version');
    expect((await browse('/nowhere')).status).toBe(404);
  });
});
