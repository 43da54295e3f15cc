// Reading and ending companion sessions.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessions } from '../../src/companion/routes/sessions.ts';
import type { FakeStore } from './fakes/store.ts';
import { CLIENT, createHarness, OTHER_CLIENT, type Harness } from './fakes/mock-and-companion.ts';

type Json = Record<string, unknown>;

const IDS = ['a', 'b'].map((digit) => digit.repeat(64));

let harness: Harness<FakeStore>;
let app: ReturnType<Harness<FakeStore>['serve']>;
let session: string;

beforeEach(async () => {
  harness = await createHarness();
  app = harness.serve(sessions(harness.parts));
  const headers = { authorization: `Bearer ${await harness.token()}` };
  const created = await app.request('/v1/sessions', { method: 'POST', headers });
  session = String((await json(created)).session);
});
afterEach(async () => {
  expect(harness.unexpected).toEqual([]);
  await harness.mock.stop();
});

const json = async (response: Response) => (await response.json()) as Json;
const state = (headers: Record<string, string> = {}, bearer = session) =>
  app.request('/v1/session', { headers: { authorization: `Bearer ${bearer}`, ...headers } });
const end = (body: unknown, bearer = session) =>
  app.request('/v1/session/end', {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('GET /v1/session', () => {
  it('returns the account state with an ETag that changes with it', async () => {
    const first = await state();
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('vary')).toBe('Authorization');
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    expect((await state()).headers.get('etag')).toBe(tag);

    const changedAt = harness.clock.now;
    const capabilities = ['vpn', 'relay'];
    await harness.receives({ kind: 'subscription_state_change', capabilities, isActive: true, changedAt });
    const second = await state({ 'if-none-match': tag });
    expect(second.status).toBe(200);
    expect(await json(second)).toMatchObject({ revision: 1, subscriptions: { vpn: true, relay: true } });
    expect(second.headers.get('etag')).not.toBe(tag);
  });

  it.each([
    ['the tag', (tag: string) => tag],
    ['the tag as a weak one', (tag: string) => `W/${tag}`],
    ['a list with it', (tag: string) => `"other", ${tag}`],
    ['anything', () => '*'],
  ])('answers 304 without a body to %s', async (_what, header) => {
    const tag = (await state()).headers.get('etag') ?? '';
    const response = await state({ 'if-none-match': header(tag) });
    expect([response.status, await response.text()]).toEqual([304, '']);
    expect(response.headers.get('etag')).toBe(tag);
  });

  it('reports when the password was changed', async () => {
    const changedAt = harness.clock.now + 5000;
    await harness.receives({ kind: 'password_change', changedAt });
    const response = await state();
    expect(response.status).toBe(401);
    const ended = { error: 'session_ended', reason: 'password_changed', at: changedAt };
    expect(await json(response)).toMatchObject(ended);
    // An ended session is 401 even with a matching ETag.
    expect((await state({ 'if-none-match': '*' })).status).toBe(401);
  });

  it('reports that the account was deleted', async () => {
    await harness.receives({ kind: 'delete_user' });
    expect(await json(await state())).toMatchObject({ error: 'session_ended', reason: 'account_deleted' });
  });

  it.each([
    ['unknown', 'B'.repeat(42) + 'A', 401, 'unknown_session'],
    ['too short', 'abc', 401, 'unknown_session'],
    ['no token at all', 'a b', 400, 'invalid_request'],
    ['with stray bits', 'B'.repeat(43), 401, 'unknown_session'],
  ])('refuses a bearer that is %s', async (_what, bearer, status, error) => {
    const response = await state({}, bearer);
    expect([response.status, (await json(response)).error]).toEqual([status, error]);
    expect(response.headers.get('www-authenticate')).toContain('realm="companion"');
  });
});

describe('POST /v1/session/end', () => {
  it('ends the session and queues its grants', async () => {
    const response = await end({ refreshTokenIds: [...IDS, IDS[0]] });
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect([...harness.store.rows.revocations.keys()]).toEqual(IDS);
    expect(await json(await state())).toMatchObject({ error: 'session_ended', reason: 'signed_out' });
  });

  it('is idempotent, also after another end', async () => {
    await harness.receives({ kind: 'password_change', changedAt: harness.clock.now + 5000 });
    for (let again = 0; again < 3; again += 1) {
      expect((await end({ refreshTokenIds: IDS })).status).toBe(202);
    }
    expect(harness.store.rows.revocations.size).toBe(2);
  });

  it('queues nothing for an unknown session', async () => {
    const response = await end({ refreshTokenIds: IDS }, 'A'.repeat(43));
    expect([response.status, (await json(response)).error]).toEqual([401, 'unknown_session']);
    expect(harness.store.rows.revocations.size).toBe(0);
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['no list', { refreshTokenIds: 'a' }],
    ['something that is no id', { refreshTokenIds: [...IDS, 'A'.repeat(64)] }],
    ['an id that is too long', { refreshTokenIds: ['a'.repeat(65)] }],
    ['more than 20', { refreshTokenIds: Array.from({ length: 21 }, () => IDS[0]) }],
  ])('changes nothing for a body of %s', async (_what, body) => {
    expect((await end(body)).status).toBe(400);
    expect(harness.store.rows.revocations.size).toBe(0);
    expect((await state()).status).toBe(200);
  });

  describe('and counts', () => {
    const line = { name: 'popup_opened', day: '2026-11-21', count: 1 };
    const counts = () => harness.store.rows.metrics;
    beforeEach(() => {
      const [account = ''] = harness.store.rows.accounts.keys();
      for (const { clientId } of [CLIENT, OTHER_CLIENT]) counts().push({ ...line, account, clientId });
    });

    it('deletes those of this client and account when told to, before it confirms that', async () => {
      for (let again = 0; again < 2; again += 1) {
        const response = await end({ refreshTokenIds: IDS, metrics: 'forget' });
        expect([response.status, await json(response)]).toEqual([202, { metrics: 'forgotten' }]);
        expect(counts()).toMatchObject([{ clientId: OTHER_CLIENT.clientId }]);
      }
      expect([...harness.store.rows.revocations.keys()]).toEqual(IDS);
    });

    it('keeps them when nothing is said about them, as by extensions of version 0.1.0', async () => {
      expect((await end({ refreshTokenIds: [] })).status).toBe(202);
      expect(counts()).toHaveLength(2);
    });

    it.each([true, null, '', 'forget ', ['forget'], {}])('refuses metrics of %j', async (metrics) => {
      expect((await end({ refreshTokenIds: IDS, metrics })).status).toBe(400);
      expect([counts().length, harness.store.rows.revocations.size]).toEqual([2, 0]);
      expect((await state()).status).toBe(200);
    });

    it('keeps them where the session is unknown', async () => {
      const response = await end({ refreshTokenIds: [], metrics: 'forget' }, 'A'.repeat(43));
      expect([response.status, counts().length]).toEqual([401, 2]);
    });
  });

  it('changes nothing for a body of more than 4 KB', async () => {
    expect((await end({ refreshTokenIds: [], more: 'x'.repeat(4096) })).status).toBe(413);
    expect((await state()).status).toBe(200);
  });
});
