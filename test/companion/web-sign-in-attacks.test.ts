// Attacks on signing in web applications: open redirects, other browsers' states, stolen and used codes.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { setClock } from './db/empty.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { ask, startInProcess } from './harness.ts';
import { dump } from './leak-detector.ts';
import { addressIn, APP, codeIn, MOCK_CLIENTS, PROXY, s256, WEB, webBrowser } from './web-browser.ts';

const LEGACY = { ...WEB, legacyFragment: true };

describe('on', () => {
  onEachDatabase((stored) => {
    let mock: RunningMockServer;
    let companion: Awaited<ReturnType<typeof startInProcess>>;
    const lines: string[] = [];
    beforeAll(async () => {
      mock = await startMockServer({ era: 'today', clients: MOCK_CLIENTS });
      const settings = { clients: [CLIENT, WEB], web: [WEB], trustedProxies: 1, lines };
      companion = await startInProcess(mock, stored, settings);
    });
    afterAll(async () => {
      await companion.stop();
      await mock.stop();
    });
    /** Another companion, for one test. */
    const start = async (settings: object) => {
      const other = await startInProcess(mock, stored, settings);
      onTestFinished(() => other.stop());
      return other;
    };
    const browser = () => webBrowser(mock, companion);
    const written = () => dump(stored.database);
    const tokens = () => mock.store.liveAccessTokens().length;

    it('limits how many sign-ins one network begins', async () => {
      const other = await start({ clients: [CLIENT, WEB], web: [WEB], trustedProxies: 1 });
      const flooding = webBrowser(mock, other);
      for (let nth = 0; nth < 60; nth += 1) expect((await flooding.begin()).status).toBe(302);
      expect((await flooding.begin()).status).toBe(429);
      expect((await webBrowser(mock, other).begin()).status).toBe(302);
    });

    it('begins no sign-in that would end elsewhere, and writes nothing', async () => {
      for (const redirect of ['https://evil.example/', `${APP}@evil.example/`, `${APP}/#/home`, '']) {
        const before = await written();
        const answer = await browser().begin({ redirect });
        expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
        expect([answer.headers.get('location'), answer.headers.get('set-cookie')]).toEqual([null, null]);
        expect(await written()).toBe(before);
      }
    });

    it.each([
      ['no challenge', { code_challenge: undefined }],
      ['a plain one', { code_challenge_method: 'plain' }],
      ['one of no method', { code_challenge_method: undefined }],
      ['one that is no S256', { code_challenge: 'short' }],
    ])('begins no sign-in with %s', async (_what, changes) => {
      const answer = await browser().begin(changes);
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    });

    it('takes a state from the browser that began it alone, and once', async () => {
      const [ada, eve] = [browser(), browser()];
      const path = await ada.consent(await ada.begin());
      await eve.begin();
      for (const attempt of [eve.get(path), browser().get(path)])
        expect((await attempt).body.error).toBe('unknown_state');
      expect(codeIn(addressIn(await ada.get(path)))).toMatch(/^[\w-]{43}$/);
      const before = await written();
      const replayed = await ada.get(path);
      expect([replayed.status, replayed.body.error]).toEqual([400, 'unknown_state']);
      expect(await written()).toBe(before);
    });

    it('takes a state from one of many callbacks at once', async () => {
      const ada = browser();
      const path = await ada.consent(await ada.begin());
      const statuses = await Promise.all(
        Array.from({ length: 10 }, async () => (await ada.get(path)).status),
      );
      expect(statuses.sort()).toEqual([302, ...Array.from({ length: 9 }, () => 400)]);
    });

    it('refuses a state that is missing, repeated, malformed or too old', async () => {
      const ada = browser();
      const path = await ada.consent(await ada.begin());
      const query = new URL(PROXY + path).searchParams;
      const state = query.get('state') ?? '';
      const code = query.get('code') ?? '';
      for (const wrong of ['', `&state=${state}&state=${state}`, '&state=x', `&state=${state}=`])
        expect((await ada.get(`/fxa-oauth/token?code=${code}${wrong}`)).body.error).toBe('unknown_state');
      await setClock(stored.database, Date.now() + 3_600_001);
      expect((await ada.get(path)).body.error).toBe('unknown_state');
      await setClock(stored.database, undefined);
      expect(addressIn(await ada.get(path)).hash).toMatch(/^#code=/);
    });

    it.each([
      ['names another client', '&client_id=a1b2c3d4e5f60001'],
      ['names another issuer', '&iss=https://evil.example'],
      ['repeats its code', `&code=${'0'.repeat(64)}`],
      ['is of another flow', '&id_token=a.b.c'],
    ])('exchanges no code of a callback that %s', async (_what, more) => {
      const ada = browser();
      const path = await ada.consent(await ada.begin());
      const before = tokens();
      expect(addressIn(await ada.get(path + more)).href).toBe(`${APP}/#error=server_error`);
      expect(tokens()).toBe(before);
    });

    it('exchanges the code of a callback that names its own client', async () => {
      const ada = browser();
      const path = await ada.consent(await ada.begin());
      expect(addressIn(await ada.get(`${path}&client_id=${WEB.clientId}`)).hash).toMatch(/^#code=/);
    });

    it('hands no code to a web application for an authorization code that was made up or used', async () => {
      const ada = browser();
      const path = await ada.consent(await ada.begin());
      const made = path.replace(/code=\w+/, `code=${'0'.repeat(64)}`);
      expect(addressIn(await ada.get(made)).href).toBe(`${APP}/#error=invalid_grant`);
    });

    it('changes nothing for a person who is signed in, whatever callback is forced on the browser', async () => {
      const [ada, eve] = [browser(), browser()];
      const { session, token } = await ada.signIn();
      const forced = await eve.consent(await eve.begin(), 'lin@example.com');
      const before = await written();
      for (const path of [forced, '/fxa-oauth/token?error=access_denied&state=x', '/fxa-oauth/token'])
        expect((await ada.get(path)).status).toBe(400);
      expect(await written()).toBe(before);
      for (const [path, bearer] of [
        ['/v1/session', session],
        ['/v1/me', token],
      ] as const)
        expect((await ask(companion.origin + path, 'GET', { bearer })).status).toBe(200);
      // Not by a sign-in of its own, either: that is another session.
      await ada.signIn('lin@example.com');
      expect((await ask(`${companion.origin}/v1/session`, 'GET', { bearer: session })).status).toBe(200);
    });

    it('redeems a code once', async () => {
      const ada = browser();
      const code = codeIn(await ada.arrive());
      const answers = await Promise.all(Array.from({ length: 10 }, () => ada.redeem(code)));
      expect(answers.map(({ status }) => status).sort()).toEqual([
        200,
        ...Array.from({ length: 9 }, () => 400),
      ]);
      const again = await ada.redeem(code);
      expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
    });

    it.each([
      ['another origin', { origin: 'https://one.apps.example.com' }],
      ['an origin that is no web application', { origin: 'https://evil.example' }],
      ['the application over http', { origin: 'http://app.example.com' }],
      ['the opaque origin', { origin: 'null' }],
      ['no origin', { origin: '' }],
      ['a wrong verifier', { code_verifier: 'v'.repeat(43) }],
    ])('uses up a code presented with %s, and destroys its token', async (_what, wrong) => {
      const ada = browser();
      const code = codeIn(await ada.arrive());
      const before = tokens();
      const { status, body } = await ada.redeem(code, wrong);
      expect([status, body.error]).toEqual([400, 'invalid_grant']);
      expect(tokens()).toBe(before - 1);
      expect((await ada.redeem(code)).body.error).toBe('invalid_grant');
    });

    it('redeems no code after 60 seconds, with a malformed verifier, or that was made up', async () => {
      const ada = browser();
      const code = codeIn(await ada.arrive());
      const errors = async (verifier?: string) =>
        (await ada.redeem(code, verifier === undefined ? {} : { code_verifier: verifier })).body.error;
      expect(await errors('short')).toBe('invalid_request');
      await setClock(stored.database, Date.now() + 60_001);
      expect(await errors()).toBe('invalid_grant');
      await setClock(stored.database, undefined);
      expect((await ada.redeem('A'.repeat(43))).body.error).toBe('invalid_grant');
      expect((await ada.redeem(code)).status).toBe(200);
    });

    it('answers preflights of web applications alone', async () => {
      const preflight = async (origin: string, path = '/fxa-oauth/token') => {
        const headers = { origin, 'access-control-request-method': 'POST' };
        const { headers: answered } = await ask(companion.origin + path, 'OPTIONS', { headers });
        return answered.get('access-control-allow-origin');
      };
      for (const origin of [APP, 'https://one.apps.example.com', 'http://127.0.0.1:8080'])
        expect(await preflight(origin)).toBe(origin);
      expect(await preflight(APP, '/v1/session/end')).toBe(APP);
      for (const origin of [
        'https://evil.example',
        'null',
        `${APP}.evil.example`,
        'https://apps.example.com',
      ])
        expect(await preflight(origin)).toBeNull();
    });

    it('gives an old client the token itself, where that is set, and the code where it sends a challenge', async () => {
      const settings = { clients: [CLIENT, WEB], web: [LEGACY], trustedProxies: 1 };
      const old = await start(settings);
      const begin = (changes: Record<string, string | undefined> = {}) => {
        const none = { code_challenge: undefined, code_challenge_method: undefined };
        return webBrowser(mock, old).arrive({ ...none, redirect: `${APP}/#`, ...changes });
      };
      const { hash } = await begin();
      const me = await ask(`${old.origin}/v1/me`, 'GET', { bearer: hash.slice(1) });
      expect(me.status).toBe(200);
      expect((await begin({ redirect: `${APP}/#token=` })).hash).toMatch(/^#token=[0-9a-f]{64}$/);
      const challenge = { code_challenge: s256('v'.repeat(43)), code_challenge_method: 'S256' };
      expect((await begin({ ...challenge, redirect: `${APP}/` })).hash).toMatch(/^#code=/);
      // Without a fragment the token would go into the path.
      await expect(begin({ redirect: `${APP}/` })).rejects.toThrow('400');
      await expect(begin({ redirect: 'https://evil.example/#' })).rejects.toThrow('400');
    });

    it('tells the operator of a wrong secret, and the web application only that it failed', async () => {
      const secret = 'f'.repeat(64);
      const settings = { clients: [CLIENT, WEB], web: [{ ...WEB, secret }], trustedProxies: 1, lines };
      const wrong = await start(settings);
      expect((await webBrowser(mock, wrong).arrive()).href).toBe(`${APP}/#error=server_error`);
      expect(lines.join('')).toMatch(/"web_sign_in_failed".*"misconfigured"/);
      expect(lines.join('')).not.toContain(secret);
    });
  });
});
