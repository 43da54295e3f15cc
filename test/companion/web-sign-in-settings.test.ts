// Settings of web clients while sign-ins are under way: several clients in one browser, and a restart with others.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { ask, startInProcess } from './harness.ts';
import { APP, codeIn, MOCK_CLIENTS, s256, WEB, webBrowser } from './web-browser.ts';

const QUICK = { ...WEB, clientId: 'a1b2c3d4e5f60006', name: 'quick', space: 'quick', stateTtl: 60 };
const MOVED = { ...WEB, authorizedDomains: ['other.example.com'] };

describe('on', () => {
  onEachDatabase((stored) => {
    let mock: RunningMockServer;
    beforeAll(async () => {
      mock = await startMockServer({ era: 'today', clients: MOCK_CLIENTS });
    });
    afterAll(() => mock.stop());
    const start = async (...web: (typeof WEB)[]) => {
      const settings = { clients: [CLIENT, ...web], web, trustedProxies: 1 };
      const companion = await startInProcess(mock, stored, settings);
      onTestFinished(() => companion.stop());
      return companion;
    };

    it('keeps the cookie for the longest sign-in, whatever client begins another', async () => {
      const browser = webBrowser(mock, await start(WEB, QUICK));
      for (const { clientId } of [WEB, QUICK]) {
        const { headers } = await browser.begin({ client_id: clientId });
        expect(headers.get('set-cookie')).toContain('Max-Age=3600;');
      }
    });

    it('refuses a sign-in under way to a domain that is no longer authorized', async () => {
      const at = { ...(await start(WEB)) };
      const browser = webBrowser(mock, at);
      const path = await browser.consent(await browser.begin());
      Object.assign(at, await start(MOVED));
      const { status, body } = await browser.get(path);
      expect([status, body.error]).toEqual([400, 'unknown_state']);
    });

    it('redeems no code for a domain that is no longer authorized, and destroys its token', async () => {
      const at = { ...(await start(WEB)) };
      const browser = webBrowser(mock, at);
      const code = codeIn(await browser.arrive());
      const before = mock.store.liveAccessTokens().length;
      Object.assign(at, await start(MOVED));
      const { status, body } = await browser.redeem(code);
      expect([status, body.error]).toEqual([400, 'invalid_grant']);
      expect(mock.store.liveAccessTokens()).toHaveLength(before - 1);
    });

    it.each(['redirect', 'client_id', 'code_challenge', 'code_challenge_method', 'other'])(
      'begins no sign-in with a repeated %s, even for an old client',
      async (name) => {
        const { origin } = await start({ ...WEB, legacyFragment: true });
        const given = {
          redirect: `${APP}/${name === 'code_challenge' ? '#' : ''}`,
          client_id: WEB.clientId,
          code_challenge: s256('v'.repeat(43)),
          code_challenge_method: 'S256',
          other: 'x',
        };
        const query = new URLSearchParams(given);
        query.append(name, query.get(name) ?? '');
        const { status, body } = await ask(`${origin}/fxa-oauth/login?${query.toString()}`);
        expect([status, body.error]).toEqual([400, 'invalid_request']);
        const params = await ask(`${origin}/fxa-oauth/params?client_id=${WEB.clientId}&client_id=x`);
        expect(params.status).toBe(400);
      },
    );
  });
});
