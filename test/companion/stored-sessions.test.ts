// Session and metrics routes on the real databases.
import type { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metrics } from '../../src/companion/routes/metrics.ts';
import { sessions } from '../../src/companion/routes/sessions.ts';
import type { Store } from '../../src/companion/store.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT, createHarness, OTHER_CLIENT, type Harness } from './fakes/mock-and-companion.ts';
import { spellings } from './leak-detector.ts';

type Json = Record<string, unknown>;

const DAY_MS = 86_400_000;
const TABLES = ['account', 'session', 'ledger', 'capability', 'metric', 'engaged', 'revocation', 'tombstone'];

describe('on', () => {
  onEachDatabase((stored) => {
    let harness: Harness<Store>;
    let app: Hono;
    const secrets: string[] = [];

    beforeEach(async () => {
      harness = await createHarness(stored.store);
      app = harness.serve(metrics(harness.parts).route('/', sessions(harness.parts)));
    });
    afterEach(async () => {
      expect(harness.unexpected).toEqual([]);
      await harness.mock.stop();
    });

    const ask = async (method: string, path: string, bearer: string, body?: unknown) => {
      const headers = { authorization: `Bearer ${bearer}` };
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await app.request(path, { method, headers, ...init });
      const text = await response.text();
      return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json };
    };
    const createSession = async (wish = {}, session?: string) => {
      const token = await harness.token(wish);
      const answer = await ask('POST', '/v1/sessions', token, { session });
      secrets.push(token, String(answer.body.session));
      return { ...answer, session: String(answer.body.session) };
    };
    const look = (session: string) => ask('GET', '/v1/session', session);
    const count = (session: string, name = 'opened') => {
      const day = new Date(harness.clock.now).toISOString().slice(0, 10);
      return ask('POST', '/v1/metrics', session, { events: [{ name, day, count: 2 }] });
    };
    const dump = async () => {
      const rows = TABLES.map((table) =>
        stored.database.query(`select ${table}::text as row from companion.${table}`),
      );
      return JSON.stringify(await Promise.all(rows));
    };

    it('creates, refreshes and reads a session', async () => {
      const first = await createSession();
      expect(first).toMatchObject({ status: 201, body: { revision: 0, metrics: true } });
      harness.clock.now += 1000;
      const again = await createSession({}, first.session);
      expect([again.status, again.session]).toEqual([200, first.session]);
      const changedAt = harness.clock.now;
      await harness.receives({
        kind: 'subscription_state_change',
        capabilities: ['vpn'],
        isActive: true,
        changedAt,
      });
      expect(await look(first.session)).toMatchObject({
        body: { revision: 1, subscriptions: { vpn: true } },
      });
      const other = await createSession({ clientId: OTHER_CLIENT.clientId }, first.session);
      expect(other.status).toBe(201);
      expect(other.session).not.toBe(first.session);
    });

    it('counts events only until an opt-out', async () => {
      const { session } = await createSession();
      expect((await count(session)).status).toBe(202);
      await harness.receives({ kind: 'metrics_opt_out' });
      expect(await count(session)).toMatchObject({ status: 403, body: { error: 'metrics_off' } });
      expect(await stored.database.query('select 1 as one from companion.metric')).toEqual([]);
      expect((await createSession({}, session)).body.metrics).toBe(true);
      harness.clock.now += DAY_MS + 1;
      expect(await count(session)).toMatchObject({ status: 403, body: { error: 'consent_stale' } });
    });

    it('sends engage once a day with the uid that only the session token decrypts', async () => {
      const { session } = await createSession();
      for (let again = 0; again < 3; again += 1) await count(session, 'engage');
      const query = { event_type: 'engage', service: CLIENT.clientId, uid: harness.uid() };
      await expect
        .poll(() => harness.mock.metricsFlows)
        .toEqual([{ query, origin: CLIENT.origin, status: 200 }]);
    });

    it('reports the reason of each end, and still queues grants', async () => {
      const [first, second] = [(await createSession()).session, (await createSession()).session];
      const ids = { refreshTokenIds: ['a'.repeat(64)] };
      expect((await ask('POST', '/v1/session/end', first, ids)).status).toBe(202);
      expect(await look(first)).toMatchObject({ status: 401, body: { reason: 'signed_out' } });
      const changedAt = harness.clock.now + 5000;
      await harness.receives({ kind: 'password_change', changedAt });
      expect(await look(second)).toMatchObject({ body: { reason: 'password_changed', at: changedAt } });
      expect(await createSession({}, second)).toMatchObject({
        status: 401,
        body: { reason: 'password_changed' },
      });
      expect((await ask('POST', '/v1/session/end', second, ids)).status).toBe(202);
      expect(await stored.database.query('select client_id as client from companion.revocation')).toEqual([
        { client: CLIENT.clientId },
      ]);
      await harness.receives({ kind: 'delete_user' });
      expect(await look(first)).toMatchObject({ status: 401 });
      expect(await createSession()).toMatchObject({ status: 401, body: { reason: 'account_deleted' } });
      expect((await ask('POST', '/v1/session/end', 'A'.repeat(43), ids)).status).toBe(401);
    });

    it('stores no tokens, sessions or personal data', async () => {
      const { session } = await createSession();
      await count(session);
      await count(session, 'engage');
      await ask('POST', '/v1/session/end', (await createSession()).session, { refreshTokenIds: [] });
      await harness.receives({ kind: 'profile_change' });
      const rows = await dump();
      expect(rows).toContain('opened');
      const hidden = [...secrets, harness.uid(), 'ada@example.com'];
      for (const text of hidden.flatMap(spellings)) expect(rows).not.toContain(text);
    });
  });
});
