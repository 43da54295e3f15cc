// JWT access tokens around events: an event ends earlier tokens on every instance, and no later ones.
import { Agent } from 'node:http';
import { decodeJwt, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningCompanion } from '../../src/companion/start.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { ask, deliver, startInProcess, uidOf } from './harness.ts';

const keys = createKeys(Date.now);
const JWT_CLIENT = { ...CLIENT, jwt: true };
const { clientId, scope } = JWT_CLIENT;

describe('JWT access tokens on', () => {
  onEachDatabase((stored) => {
    let mock: RunningMockServer;
    let companions: RunningCompanion[];
    let notifications: (string | undefined)[];
    const agent = new Agent();

    beforeEach(async () => {
      mock = await startMockServer({ era: 'today', keys });
      companions = [];
      const received: (string | undefined)[] = [];
      notifications = received;
      for (const database of [stored.database, await stored.another()]) {
        companions.push(await startInProcess(mock, { database }, { clients: [JWT_CLIENT] }));
        // Called after the instance's own listener on the same connection.
        await database.listen((payload) => received.push(payload));
      }
    });
    afterEach(async () => {
      agent.destroy();
      for (const companion of companions) await companion.stop();
      await mock.stop();
    });

    /** A token as Mozilla accounts issues them (2023). */
    const token = async (issuedAt: number, sub = uidOf(mock)) => {
      const { kid, privateKey } = await keys.active();
      const iat = Math.floor(issuedAt / 1000);
      return new SignJWT({ client_id: clientId, scope, iat, exp: iat + 21_900, sub })
        .setIssuer(mock.origin)
        .setAudience(clientId)
        .setProtectedHeader({ alg: 'RS256', typ: 'at+JWT', kid })
        .sign(privateKey);
    };
    /** Each instance's response to a token. */
    const answers = async (bearer: string) =>
      Promise.all(
        companions.map(async ({ origin }) => {
          const { status, body } = await ask(`${origin}/v1/me`, 'GET', { bearer });
          return status === 200 ? 200 : [status, body.error];
        }),
      );
    /** Delivers an event to the first instance, and waits until both are notified. */
    const sendEvent = async (event: string, payload: object = {}) => {
      const already = notifications.length;
      const set = await mock.events.sign({
        clientId,
        uid: uidOf(mock),
        event,
        payload: { ...payload },
      });
      expect(await deliver(agent, companions[0]?.origin ?? '', set)).toBe(200);
      await expect.poll(() => notifications.length).toBe(already + companions.length);
    };
    const refused = [401, 'invalid_token'];

    it('are accepted when issued right after a password change, and refused when issued well before', async () => {
      for (let round = 0; round < 8; round += 1) {
        const before = await token(Date.now() - 60_000);
        expect(await answers(before)).toEqual(round === 0 ? [200, 200] : [refused, refused]);
        const changeTime = Date.now();
        await sendEvent('password-change', { changeTime });
        const refreshed = await token(Date.now());
        expect(decodeJwt(refreshed).iat).toBeGreaterThanOrEqual(Math.floor(changeTime / 1000));
        expect(await answers(refreshed)).toEqual([200, 200]);
        expect(await answers(before)).toEqual([refused, refused]);
      }
    });

    it('survive events that concern no grant, on every instance', async () => {
      const bearer = await token(Date.now() - 60_000);
      expect(await answers(bearer)).toEqual([200, 200]);
      await sendEvent('profile-change');
      const subscription = { capabilities: ['vpn'], isActive: true, changeTime: Date.now() };
      await sendEvent('subscription-state-change', subscription);
      await sendEvent('metrics-opt-out');
      expect(await answers(bearer)).toEqual([200, 200]);
    });

    it('survive a late event about a password change before they were issued', async () => {
      const [older, newer] = [await token(Date.now() - 600_000), await token(Date.now() - 60_000)];
      expect([await answers(older), await answers(newer)]).toEqual([
        [200, 200],
        [200, 200],
      ]);
      await sendEvent('password-change', { changeTime: Date.now() - 300_000 });
      expect([await answers(older), await answers(newer)]).toEqual([
        [refused, refused],
        [200, 200],
      ]);
    });

    it('end with their account, and not those of others', async () => {
      const bearer = await token(Date.now() - 60_000);
      const other = await token(Date.now() - 60_000, uidOf(mock, 'lin@example.com') || 'cd'.repeat(16));
      await sendEvent('delete-user');
      expect([await answers(bearer), await answers(other)]).toEqual([
        [refused, refused],
        [200, 200],
      ]);
    });
  });
});
