// Signing in web applications: from /fxa-oauth/login to a token and a companion session.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accountKey } from '../../src/companion/clients.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT, SECRET } from './fakes/mock-and-companion.ts';
import { ADA, ask, createSession, startInProcess, uidOf } from './harness.ts';
import { dump, spellings } from './leak-detector.ts';
import { addressIn, APP, codeIn, MOCK_CLIENTS, PROXY, WEB, webBrowser } from './web-browser.ts';

const OTHER = {
  ...WEB,
  clientId: 'a1b2c3d4e5f60006',
  name: 'notes',
  space: 'notes',
  authorizedDomains: ['notes.example.com'],
  secret: 'c0ffee'.repeat(10) + '0006',
};
const REGISTERED = [
  ...MOCK_CLIENTS,
  {
    id: OTHER.clientId,
    name: OTHER.name,
    redirectUris: [OTHER.redirectUri],
    publicClient: false,
    trusted: true,
    secret: OTHER.secret,
  },
];

describe('a web application signs in on', () => {
  onEachDatabase((stored) => {
    let mock: RunningMockServer;
    let companion: Awaited<ReturnType<typeof startInProcess>>;
    const lines: string[] = [];
    beforeAll(async () => {
      mock = await startMockServer({ era: 'today', clients: REGISTERED });
      const clients = [CLIENT, WEB, OTHER];
      companion = await startInProcess(mock, stored, {
        clients,
        web: [WEB, OTHER],
        trustedProxies: 1,
        lines,
      });
    });
    afterAll(async () => {
      await companion.stop();
      await mock.stop();
    });

    it.each(['', '/v1'])('by a one-time code, under "%s"', async (prefix) => {
      const browser = webBrowser(mock, companion, prefix);
      const params = await browser.get(`${prefix}/fxa-oauth/params`);
      expect(params.body).toEqual({ client_id: WEB.clientId, oauth_uri: mock.origin, scope: WEB.scope });

      const begun = await browser.begin();
      const consent = addressIn(begun);
      expect(consent.origin + consent.pathname).toBe(`${mock.origin}/authorization`);
      const { state, ...request } = Object.fromEntries(consent.searchParams);
      expect(state).toMatch(/^[\w-]{43}$/);
      expect(request).toEqual({
        client_id: WEB.clientId,
        redirect_uri: WEB.redirectUri,
        scope: 'profile',
        response_type: 'code',
        access_type: 'online',
      });
      expect(begun.headers.get('set-cookie')).toMatch(
        /^__Host-fxa-oauth=[\w-]{43}; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );

      const callback = await browser.get(prefix + (await browser.consent(begun)));
      for (const { headers } of [begun, callback]) {
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
      }
      const arrived = addressIn(callback);
      expect(arrived.origin + arrived.pathname + arrived.search).toBe(`${APP}/`);

      const redeemed = await browser.redeem(codeIn(arrived));
      expect(redeemed.status).toBe(200);
      expect(redeemed.headers.get('cache-control')).toBe('no-store');
      expect(redeemed.headers.get('access-control-allow-origin')).toBe(APP);
      const { access_token: token, session, expires_in: seconds, ...rest } = redeemed.body;
      expect(rest).toEqual({ token_type: 'bearer', scope: 'profile' });
      expect(Number(seconds)).toBeGreaterThan(86_000);
      const me = await ask(`${companion.origin}/v1/me`, 'GET', { bearer: String(token) });
      expect(me.body.user).toBe(`fxa:${uidOf(mock)}-todo`);
      const state2 = await ask(`${companion.origin}/v1/session`, 'GET', {
        bearer: String(session),
        headers: { origin: APP },
      });
      expect([state2.status, state2.headers.get('access-control-allow-origin')]).toEqual([200, APP]);
    });

    it('in two tabs of one browser at once', async () => {
      const browser = webBrowser(mock, companion);
      const first = await browser.begin();
      const verifier = browser.verifier();
      const second = await browser.begin();
      const codes: string[] = [];
      for (const begun of [first, second])
        codes.push(codeIn(addressIn(await browser.get(await browser.consent(begun)))));
      expect((await browser.redeem(codes[1] ?? '')).status).toBe(200);
      expect((await browser.redeem(codes[0] ?? '', { code_verifier: verifier })).status).toBe(200);
    });

    it('for each of several clients, whose people and domains are apart', async () => {
      const browser = webBrowser(mock, companion);
      const origin = 'https://notes.example.com';
      const wish = { client_id: OTHER.clientId, redirect: `${origin}/`, scope: undefined };
      const { body } = await browser.redeem(codeIn(await browser.arrive(wish)), { origin });
      const me = await ask(`${companion.origin}/v1/me`, 'GET', { bearer: String(body.access_token) });
      expect(me.body.user).toBe(`fxa:${uidOf(mock)}-notes`);
      expect((await browser.begin({ ...wish, redirect: `${APP}/` })).status).toBe(400);
      expect((await browser.begin({ client_id: CLIENT.clientId })).status).toBe(400);
    });

    it('as the same account that the extension has in its space, whose events end both sessions', async () => {
      const { session } = await webBrowser(mock, companion).signIn('noor@example.com');
      const extension = await createSession(mock, companion.origin, { email: 'noor@example.com' });
      const key = accountKey(SECRET, CLIENT, uidOf(mock, 'noor@example.com'));
      expect(
        await stored.database.query(
          'select client_id from companion.session where account = $1 order by client_id',
          [key],
        ),
      ).toEqual([{ client_id: CLIENT.clientId }, { client_id: WEB.clientId }]);
      const account = { ...mock.store.accounts.byEmail('noor@example.com') };
      const set = await mock.events.sign({
        clientId: WEB.clientId,
        uid: String(account.uid),
        event: 'password-change',
        payload: { changeTime: Date.now() + 1000 },
      });
      await ask(`${companion.origin}/webhooks/fxa`, 'POST', { bearer: set });
      for (const bearer of [session, extension]) {
        const { body } = await ask(`${companion.origin}/v1/session`, 'GET', { bearer });
        expect(body).toMatchObject({ error: 'session_ended', reason: 'password_changed' });
      }
    });

    it('and is signed out with the extension where that ends everywhere, but never by a session that had ended', async () => {
      const other = await startInProcess(mock, stored, {
        clients: [{ ...CLIENT, everywhere: true }, WEB, OTHER],
        web: [WEB, OTHER],
        trustedProxies: 1,
      });
      onTestFinished(() => other.stop());
      const web = async () => (await webBrowser(mock, other).signIn()).session;
      const [first, second, extension] = [await web(), await web(), await createSession(mock, other.origin)];
      const lin = (await webBrowser(mock, other).signIn('lin@example.com')).session;
      const end = (bearer: string, body = {}) =>
        ask(`${other.origin}/v1/session/end`, 'POST', { bearer, body: { refreshTokenIds: [], ...body } });
      const states = (...sessions: string[]) =>
        Promise.all(
          sessions.map(async (bearer) => {
            const { status, body } = await ask(`${other.origin}/v1/session`, 'GET', { bearer });
            return status === 200 ? 'live' : body.reason;
          }),
        );
      expect((await end(first)).status).toBe(202);
      expect(await states(first, second, extension)).toEqual(['signed_out', 'live', 'live']);
      expect((await end(extension)).status).toBe(202);
      expect(await states(second, extension, lin)).toEqual(['signed_out', 'signed_out', 'live']);
      const [third, fourth] = [await web(), await createSession(mock, other.origin)];
      expect((await end(extension)).status).toBe(202);
      expect(await states(third, fourth)).toEqual(['live', 'live']);
      expect((await end(third, { everywhere: true })).status).toBe(202);
      expect(await states(third, fourth, lin)).toEqual(['signed_out', 'signed_out', 'live']);
      expect((await end(lin, { everywhere: 'yes' })).status).toBe(400);
    });

    it('and learns by a code that it was declined, or that Mozilla accounts is away', async () => {
      const browser = webBrowser(mock, companion);
      const declined = async (error: string) => {
        const { searchParams } = addressIn(await browser.begin());
        const query = new URLSearchParams({ error, state: searchParams.get('state') ?? '' });
        return addressIn(await browser.get(`/fxa-oauth/token?${query.toString()}`)).href;
      };
      expect(await declined('access_denied')).toBe(`${APP}/#error=access_denied`);
      expect(await declined('login_required')).toBe(`${APP}/#error=login_required`);
      expect(await declined('<b>&token=1')).toBe(`${APP}/#error=server_error`);
      const path = await browser.consent(await browser.begin());
      mock.faults.set([{ where: 'token', what: { kind: 'status', status: 503 }, times: 1 }]);
      expect(addressIn(await browser.get(path)).href).toBe(`${APP}/#error=temporarily_unavailable`);
      expect((await browser.get(path)).body.error).toBe('unknown_state');
    });

    it('and nothing of it is stored in the clear or logged', async () => {
      const browser = webBrowser(mock, companion);
      const begun = await browser.begin();
      const state = addressIn(begun).searchParams.get('state') ?? '';
      const path = await browser.consent(begun);
      const during = await dump(stored.database);
      const code = codeIn(addressIn(await browser.get(path)));
      const [token] = mock.store.liveAccessTokens().slice(-1);
      const before = await dump(stored.database);
      const { body } = await browser.redeem(code);
      const secrets = [
        state,
        browser.cookie().split('=')[1] ?? '',
        new URL(PROXY + path).searchParams.get('code') ?? '',
        code,
        browser.verifier(),
        String(body.access_token),
        String(body.session),
        WEB.secret,
        uidOf(mock),
        ADA,
      ].flatMap(spellings);
      expect(token).toBeDefined();
      expect(during).toContain(`${APP}/`);
      const kept = during + before + (await dump(stored.database)) + lines.join('');
      expect(secrets.filter((secret) => kept.includes(secret))).toEqual([]);
    });

    it('until its states and codes expire, which maintenance deletes', async () => {
      const browser = webBrowser(mock, companion);
      await browser.arrive();
      await browser.begin();
      const rows = () =>
        stored.database.query<{ n: number }>(
          `select ((select count(*) from companion.web_state) + (select count(*) from companion.web_code))::integer as n`,
        );
      expect(await rows()).toEqual([{ n: 2 }]);
      await stored.store.prune((error) => expect(error).toBeUndefined());
      expect(await rows()).toEqual([{ n: 2 }]);
      await stored.database.query('update companion.web_state set expires_at = 1');
      await stored.database.query('update companion.web_code set expires_at = 1');
      await stored.store.prune((error) => expect(error).toBeUndefined());
      expect(await rows()).toEqual([{ n: 0 }]);
    });

    it('only where COMPANION_WEB names it', async () => {
      const without = await startInProcess(mock, stored, { trustedProxies: 1 });
      for (const path of ['params', 'login', 'token'])
        expect((await webBrowser(mock, without).get(`/fxa-oauth/${path}`)).status).toBe(404);
      await without.stop();
    });
  });
});
