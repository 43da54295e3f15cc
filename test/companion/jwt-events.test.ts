// JWT access tokens around events: an instance hears what it was told itself, and what others were told, and ends no token of after.
import { Agent } from 'node:http';
import { decodeJwt, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningCompanion } from '../../src/companion/start.ts';
import { ACCOUNT_CHANNEL } from '../../src/companion/db/notifications.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { ask, deliver, startHere, uidOf } from './harness.ts';

const keys = createKeys(Date.now);
const JWT_CLIENT = { ...CLIENT, jwt: true };
const { clientId, scope } = JWT_CLIENT;

describe('JWT access tokens on', () => {
  onEachDatabase((stored) => {
    let mock: RunningMockServer;
    let companions: RunningCompanion[];
    let heard: (string | undefined)[];
    const agent = new Agent();

    beforeEach(async () => {
      mock = await startMockServer({ era: 'today', keys });
      companions = [];
      const news: (string | undefined)[] = [];
      heard = news;
      for (const database of [stored.database, await stored.another()]) {
        companions.push(await startHere(mock, { database }, { clients: [JWT_CLIENT] }));
        // Comes after the instance's own, on the same connection.
        await database.listen(ACCOUNT_CHANNEL, (payload) => news.push(payload));
      }
    });
    afterEach(async () => {
      agent.destroy();
      for (const companion of companions) await companion.stop();
      await mock.stop();
    });

    /** As Mozilla accounts makes them: see the JWT access tokens of 2023. */
    const token = async (issuedAt: number, sub = uidOf(mock)) => {
      const { kid, privateKey } = await keys.active();
      const iat = Math.floor(issuedAt / 1000);
      return new SignJWT({ client_id: clientId, scope, iat, exp: iat + 21_900, sub })
        .setIssuer(mock.origin)
        .setAudience(clientId)
        .setProtectedHeader({ alg: 'RS256', typ: 'at+JWT', kid })
        .sign(privateKey);
    };
    /** What each instance says to a token, and why. */
    const answers = async (bearer: string) =>
      Promise.all(
        companions.map(async ({ origin }) => {
          const { status, body } = await ask(`${origin}/v1/me`, 'GET', { bearer });
          return status === 200 ? 200 : [status, body.error];
        }),
      );
    /** Tells the first instance, and waits until both have heard it. */
    const tell = async (event: string, payload: object = {}) => {
      const already = heard.length;
      const set = await mock.events.sign({
        clientId,
        uid: uidOf(mock),
        event,
        payload: { ...payload },
      });
      expect(await deliver(agent, companions[0]?.origin ?? '', set)).toBe(200);
      await expect.poll(() => heard.length).toBe(already + companions.length);
    };
    const refused = [401, 'invalid_token'];

    it('are accepted when made right after a change of password, and refused when made well before', async () => {
      for (let round = 0; round < 8; round += 1) {
        const before = await token(Date.now() - 60_000);
        expect(await answers(before)).toEqual(round === 0 ? [200, 200] : [refused, refused]);
        const changeTime = Date.now();
        await tell('password-change', { changeTime });
        const refreshed = await token(Date.now());
        expect(decodeJwt(refreshed).iat).toBeGreaterThanOrEqual(Math.floor(changeTime / 1000));
        expect(await answers(refreshed)).toEqual([200, 200]);
        expect(await answers(before)).toEqual([refused, refused]);
      }
    });

    it('survive events that concern no grant, on every instance', async () => {
      const bearer = await token(Date.now() - 60_000);
      expect(await answers(bearer)).toEqual([200, 200]);
      await tell('profile-change');
      const subscription = { capabilities: ['vpn'], isActive: true, changeTime: Date.now() };
      await tell('subscription-state-change', subscription);
      await tell('metrics-opt-out');
      expect(await answers(bearer)).toEqual([200, 200]);
    });

    it('do not end by a change of password that was told late, when made after it', async () => {
      const [older, newer] = [await token(Date.now() - 600_000), await token(Date.now() - 60_000)];
      expect([await answers(older), await answers(newer)]).toEqual([
        [200, 200],
        [200, 200],
      ]);
      await tell('password-change', { changeTime: Date.now() - 300_000 });
      expect([await answers(older), await answers(newer)]).toEqual([
        [refused, refused],
        [200, 200],
      ]);
    });

    it('end with their account, and no other person’s do', async () => {
      const bearer = await token(Date.now() - 60_000);
      const other = await token(Date.now() - 60_000, uidOf(mock, 'lin@example.com') || 'cd'.repeat(16));
      await tell('delete-user');
      expect([await answers(bearer), await answers(other)]).toEqual([
        [refused, refused],
        [200, 200],
      ]);
    });
  });
});
