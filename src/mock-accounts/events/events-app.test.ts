// The control API and the pages that send events: what they accept, reject and show.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeys } from '../keys.ts';
import { type RunningMockServer, startMockServer } from '../listen.ts';
import { browser } from '../testing/browse.ts';
import { drive, TEST_CLIENT } from '../testing/drive.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';

const keys = createKeys(Date.now);
let receiver: Receiver;
let mock: RunningMockServer;

beforeEach(async () => {
  receiver = await startReceiver();
  mock = await startMockServer({ era: 'today', keys, webhooks: { [TEST_CLIENT]: receiver.url } });
});
afterEach(async () => {
  await mock.stop();
  await receiver.stop();
});

const email = 'ada@example.com';
async function api(method: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${mock.origin}/__standin/events`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('POST /__standin/events', () => {
  it('sends each event once, regardless of responses and faults', async () => {
    mock.faults.change({ eventsHeld: true, eventsTwice: true });
    receiver.answer(200, 401);
    const { body } = await api('POST', { client: TEST_CLIENT, email, event: 'password-change', repeat: 2 });
    expect(body.deliveries).toMatchObject([
      {
        client: 'Test Extension',
        event: 'password-change',
        attempts: 1,
        status: 200,
        acked: true,
        over: true,
      },
      { attempts: 1, status: 401, acked: false, over: true },
    ]);
    expect(receiver.received).toHaveLength(2);
    expect(receiver.received[0]?.claims.jti).not.toBe(receiver.received[1]?.claims.jti);
    expect((await api('GET')).body).toMatchObject({
      webhooks: { [TEST_CLIENT]: receiver.url },
      deliveries: [{ status: 401 }, { status: 200 }],
    });
  });

  it('without a client sends to the clients of the account, with a url to all of them', async () => {
    const request = { email, event: 'delete-user' };
    expect((await api('POST', request)).body.error).toContain('has not signed in to any client yet');
    await drive(mock).tokens({ clientId: 'a1b2c3d4e5f60002' });
    expect((await api('POST', request)).body.error).toContain('No client of this person has a webhook');
    await drive(mock).tokens();
    await api('POST', request);
    expect(receiver.received.map(({ claims }) => claims.aud)).toEqual([TEST_CLIENT]);
    await api('POST', { ...request, url: receiver.url });
    expect(receiver.received).toHaveLength(3);
  });

  it('sends events of deleted accounts, and unknown events', async () => {
    const wish = {
      client: TEST_CLIENT,
      uid: 'ab'.repeat(16),
      event: 'https://example.com/new',
      payload: { a: 1 },
    };
    await api('POST', wish);
    expect(receiver.received[0]?.claims).toMatchObject({
      sub: wish.uid,
      events: { 'https://example.com/new': { a: 1 } },
    });
  });

  it('prints instead of sending', async () => {
    const wish = { client: 'a1b2c3d4e5f60002', email, event: 'delete-user', print: true };
    const { body } = await api('POST', wish);
    expect(body.sets).toEqual([expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/)]);
    expect(mock.events.deliveries()).toEqual([]);
  });

  const client = TEST_CLIENT;
  it.each<[unknown, string]>([
    ['{', 'The body is not JSON.'],
    [[], 'The body must be an object.'],
    [{ client, email }, 'The body.event is missing; it must be one of password-change,'],
    [{ client, email, event: 'pasword-change' }, 'The body.event must be one of password-change,'],
    [{ client, event: 'delete-user' }, 'must name email or uid'],
    [{ client, email, uid: 'x', event: 'delete-user' }, 'must name email or uid'],
    [{ client, email: 'unknown@example.com', event: 'delete-user' }, 'No account has this email.'],
    [{ client: 'x', email, event: 'delete-user' }, 'There is no such client.'],
    [{ client: 'a1b2c3d4e5f60002', email, event: 'delete-user' }, 'has no webhook; name a url'],
    [{ client, email, event: 'delete-user', url: 'file:///x' }, 'The body.url must be an http(s) address.'],
    [
      { client, email, event: 'delete-user', repeat: 0 },
      'The body.repeat must be a whole number from 1 to 100.',
    ],
    [{ client, email, event: 'delete-user', payload: [] }, 'The body.payload must be an object.'],
  ])('rejects %j with a sentence, and sends nothing', async (body, sentence) => {
    const answer = await api('POST', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(sentence);
    expect(receiver.received).toEqual([]);
  });

  it('accepts only local requests with JSON', async () => {
    const wish = { client, email, event: 'delete-user' };
    for (const method of ['GET', 'POST'])
      expect(
        (await api(method, method === 'POST' ? wish : undefined, { origin: 'https://evil.example' })).status,
      ).toBe(403);
    expect((await api('POST', wish, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await api('DELETE')).status).toBe(405);
    expect(receiver.received).toEqual([]);
  });
});

describe('the pages', () => {
  const panel = async (form?: Record<string, string>) => {
    const init = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
    return (await fetch(`${mock.origin}/__standin/`, init)).text();
  };

  it('the settings page changes the metrics setting, which sends an event', async () => {
    const page = browser(mock);
    await drive(mock).tokens();
    expect((await page.signIn('/signin')).html).toMatch(/type="checkbox" checked/);
    expect((await page.open('/settings', { intent: 'metrics' })).html).toMatch(/type="checkbox"\s+\/>/);
    await mock.events.idle();
    await page.open('/settings', { intent: 'metrics', metrics: 'on' });
    await mock.events.idle();
    expect(receiver.events()).toEqual(['metrics-opt-out', 'metrics-opt-in']);
  });

  it('the panel adds and removes a subscription, and shows the deliveries', async () => {
    await drive(mock).tokens();
    const uid = mock.store.accounts.byEmail(email)?.uid ?? '';
    const form = { intent: 'subscription', uid, client_id: TEST_CLIENT };
    expect(await panel()).toContain('premium: no');
    expect(await panel({ ...form, active: 'true' })).toContain('premium: yes');
    await mock.events.idle();
    await panel({ ...form, active: 'false' });
    await mock.events.idle();
    expect(
      receiver.received.map(({ claims }) => Object.values(claims.events as object)[0] as object),
    ).toMatchObject([
      { capabilities: ['premium'], isActive: true },
      { capabilities: ['premium'], isActive: false },
    ]);
    const html = await panel();
    for (const words of ['subscription-state-change', 'Test Extension · 1 attempt', '200 acknowledged'])
      expect(html).toContain(words);
    expect(await panel({ ...form, uid: 'x' })).toContain('There is no such subscription.');
  });

  it('the panel has a switch for each fault of events, and shows active ones', async () => {
    const html = await panel();
    const settings = [...html.matchAll(/name="setting"\s+value="(events\w+)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(settings).toEqual(['eventsTwice', 'eventsOutOfOrder', 'eventsHeld', 'eventsWrongKey']);
    for (const setting of settings) await panel({ intent: 'switch-on', setting });
    expect(mock.faults.settings).toMatchObject(Object.fromEntries(settings.map((name) => [name, true])));
    expect(await panel()).toContain('Events are held back');
    await panel({ intent: 'put-right', setting: 'eventsHeld' });
    expect(mock.faults.settings.eventsHeld).toBe(false);
    expect(await panel({ intent: 'switch-on', setting: 'clockSkew' })).toContain('There is no such setting.');
  });
});
