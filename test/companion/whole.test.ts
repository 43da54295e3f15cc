// The whole companion on each database, with a mock server whose broker delivers the events.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningCompanion } from '../../src/companion/start.ts';
import { accountKey } from '../../src/companion/clients.ts';
import { WEBHOOK_PATH } from '../../src/companion/routes/webhooks.ts';
import { refreshTokenId } from '../../src/fxa/tokens.ts';
import { EVENT_NAMES } from '../../src/mock-accounts/events/event.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { drive } from '../../src/mock-accounts/testing/drive.ts';
import { dump, spellings } from './leak-detector.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT, SECRET } from './fakes/mock-and-companion.ts';
import { accessToken, ADA, ask, createSession, startInProcess, uidOf, type Asking } from './harness.ts';

const keys = createKeys(Date.now);

/** A line of the log. */
interface Entry {
  readonly Type: string;
  readonly Fields: { readonly route?: string; readonly status?: number };
}

describe('the whole companion on', () => {
  onEachDatabase((stored) => {
    let mock: RunningMockServer;
    let companion: RunningCompanion;
    let lines: string[];
    /** All responses, including headers. */
    let answers: string;

    beforeEach(async () => {
      lines = [];
      answers = '';
      mock = await startMockServer({ era: 'today', keys });
      companion = await startInProcess(mock, { database: stored.database }, { lines });
      mock.events.register(CLIENT.clientId, companion.origin + WEBHOOK_PATH);
    });
    afterEach(async () => {
      await companion.stop();
      await mock.stop();
    });

    const call = async (path: string, method = 'GET', asking: Asking = {}) => {
      const answer = await ask(companion.origin + path, method, asking);
      answers += JSON.stringify([...answer.headers]) + answer.text;
      return answer;
    };
    const look = (bearer: string, headers = {}) => call('/v1/session', 'GET', { bearer, headers });
    const measure = (bearer: string, ...names: string[]) => {
      const day = new Date().toISOString().slice(0, 10);
      return call('/v1/metrics', 'POST', {
        bearer,
        body: { events: names.map((name) => ({ name, day, count: 1 })) },
      });
    };
    const refresh = async (session: string) => {
      const bearer = await accessToken(mock);
      return (await call('/v1/sessions', 'POST', { bearer, body: { session } })).status;
    };
    const ada = () => {
      const account = mock.store.accounts.byEmail(ADA);
      if (account === undefined) throw new Error('Ada has no account.');
      return account;
    };
    const counted = () => stored.database.query('select name, count from companion.metric order by name');

    it('reflects every event of the broker in the next response, and 304 in between', async () => {
      const session = await createSession(mock, companion.origin);
      let tag = '';
      const next = async () => {
        await mock.events.idle();
        const answer = await look(session, { 'if-none-match': tag });
        tag = answer.headers.get('etag') ?? '';
        return answer;
      };
      expect((await next()).body).toMatchObject({ revision: 0, metrics: true, subscriptions: {} });
      expect(await next()).toMatchObject({ status: 304, text: '' });
      const { store } = mock;
      store.setSubscription(ada(), CLIENT.clientId, ['vpn'], true);
      expect((await next()).body).toMatchObject({ revision: 1, subscriptions: { vpn: true } });
      store.profileChanged(ada());
      expect((await next()).body).toMatchObject({ revision: 2 });
      store.setMetricsEnabled(ada(), false);
      expect((await next()).body).toMatchObject({ revision: 3, metrics: false });
      store.setMetricsEnabled(ada(), true);
      expect((await next()).body).toMatchObject({ revision: 4, metrics: false });
      expect((await next()).status).toBe(304);
      expect(await refresh(session)).toBe(200);
      expect((await next()).body).toMatchObject({ revision: 4, metrics: true });
      const before = Date.now();
      store.changePassword(ada(), 'another horse');
      const { status, body } = await next();
      expect([status, body.error, body.reason]).toEqual([401, 'session_ended', 'password_changed']);
      expect(Number(body.at)).toBeGreaterThanOrEqual(before);
      store.deleteAccount(uidOf(mock));
      expect((await next()).body).toMatchObject({ reason: 'account_deleted' });
      const delivered = mock.events.deliveries();
      expect(new Set(delivered.map(({ event }) => event))).toEqual(new Set(EVENT_NAMES));
      expect(delivered.every(({ acked, attempts }) => acked && attempts === 1)).toBe(true);
    });

    it('takes a signed event at one path alone', async () => {
      const { clientId } = CLIENT;
      const send = async (path: string) => {
        const bearer = await mock.events.sign({ clientId, uid: uidOf(mock), event: 'profile-change' });
        return (await ask(companion.origin + path, 'POST', { bearer })).status;
      };
      await createSession(mock, companion.origin);
      expect(await send('/webhooks/push')).toBe(404);
      expect(await send(WEBHOOK_PATH)).toBe(200);
    });

    it('accepts a sign-out and destroys its grant', async () => {
      const { refresh_token: token } = await drive(mock).tokens({ scope: CLIENT.scope });
      const id = await refreshTokenId(String(token));
      const session = await createSession(mock, companion.origin);
      const body = { refreshTokenIds: [id] };
      expect((await call('/v1/session/end', 'POST', { bearer: session, body })).status).toBe(202);
      expect((await look(session)).body).toMatchObject({ reason: 'signed_out' });
      const isLive = () => mock.store.liveGrants().some((grant) => grant.id === id);
      await expect.poll(isLive).toBe(false);
      await expect.poll(async () => (await dump(stored.database)).includes(id)).toBe(false);
    });

    it('counts events with consent, sends engage once, and deletes counts on an opt-out', async () => {
      const session = await createSession(mock, companion.origin);
      const flow = await call(`/v1/metrics-flow?client_id=${CLIENT.clientId}&entrypoint=toolbar`);
      expect(flow.body).toMatchObject({ flowId: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
      for (const name of ['opened', 'engage', 'opened', 'engage']) {
        expect((await measure(session, name)).status).toBe(202);
      }
      const engage = { event_type: 'engage', service: CLIENT.clientId, uid: uidOf(mock) };
      await expect
        .poll(() => mock.metricsFlows.filter(({ query }) => 'event_type' in query))
        .toEqual([{ query: engage, origin: CLIENT.origin, status: 200 }]);
      expect(await counted()).toEqual([{ name: 'opened', count: 2 }]);

      mock.store.setMetricsEnabled(ada(), false);
      await mock.events.idle();
      expect(await counted()).toEqual([]);
      expect((await measure(session, 'opened', 'engage')).body.error).toBe('metrics_off');
      mock.store.setMetricsEnabled(ada(), true);
      await mock.events.idle();
      expect((await measure(session, 'opened')).body.error).toBe('metrics_off');
      expect(await refresh(session)).toBe(200);
      expect((await measure(session, 'opened')).status).toBe(202);
      expect(await counted()).toEqual([{ name: 'opened', count: 1 }]);
    });

    it('stores, returns and logs no personal data or secret, and after a deletion only a tombstone', async () => {
      const uid = uidOf(mock);
      const grant = await drive(mock).tokens({ scope: CLIENT.scope });
      const sessions = [
        await createSession(mock, companion.origin),
        await createSession(mock, companion.origin),
      ];
      const [session = '', other = ''] = sessions;
      const secrets = [String(grant.access_token), String(grant.refresh_token), ...sessions];
      const personal = [uid, ADA, ...secrets];
      const { store, events, faults } = mock;
      store.setSubscription(ada(), CLIENT.clientId, ['vpn'], true);
      await events.idle();
      await measure(session, 'opened', 'engage');
      await call('/v1/me', 'GET', { bearer: String(grant.access_token) });
      expect(answers).toContain(uid);
      answers = '';
      const id = await refreshTokenId(String(grant.refresh_token));
      faults.set([{ where: 'destroy', what: { kind: 'status', status: 503 }, times: 1 }]);
      await call('/v1/session/end', 'POST', { bearer: other, body: { refreshTokenIds: [id] } });
      // Errors are logged, too.
      for (const secret of personal) {
        await call(`/v1/session?token=${secret}`, 'GET', { bearer: secret });
        await call('/v1/sessions', 'POST', { bearer: secret, body: { session: uid } });
        await call(`/v1/metrics-flow?client_id=${secret}`);
        await call(WEBHOOK_PATH, 'POST', { bearer: secret });
        await call(`/${secret}`, 'POST', { body: secret });
      }
      const hidden = [...personal, Buffer.from(SECRET).toString('hex')].flatMap(spellings);
      const found = (where: string) => hidden.filter((text) => where.includes(text));
      expect(await dump(stored.database)).toContain('opened');
      expect(found(await dump(stored.database))).toEqual([]);
      expect(found(answers)).toEqual([]);

      const account = accountKey(SECRET, CLIENT, uid).toString('hex');
      expect((await dump(stored.database)).split(account).length).toBeGreaterThan(4);
      store.deleteAccount(uid);
      await events.idle();
      const left = await dump(stored.database);
      expect(left.split(account)).toHaveLength(2);
      expect(await stored.database.query('select account from companion.tombstone')).toEqual([
        { account: Buffer.from(account, 'hex') },
      ]);
      expect(found(left)).toEqual([]);
      expect(left).not.toContain('opened');
      const entries = lines.map((line) => JSON.parse(line) as Entry);
      const requests = entries.filter(({ Type }) => Type === 'request');
      // Checks that the log has content: successful requests and each kind of refusal.
      expect(requests.map(({ Fields: { route, status } }) => `${route} ${status}`)).toEqual(
        expect.arrayContaining([
          `${WEBHOOK_PATH} 200`,
          '/v1/sessions 201',
          '/v1/metrics 202',
          '/v1/me 200',
          '/v1/session/end 202',
          `${WEBHOOK_PATH} 401`,
          '/v1/session 401',
          '/v1/sessions 401',
          '/v1/metrics-flow 400',
        ]),
      );
      expect(entries.map(({ Type }) => Type)).toContain('set_refused');
      expect(found(lines.join('') + companion.database)).toEqual([]);
      expect(lines.join('')).not.toContain(id);
    });
  });
});
