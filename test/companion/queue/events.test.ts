// What account events from a queue change, on both databases.
import { expect, it } from 'vitest';
import { onEachDatabase } from '../db/on-each-database.ts';
import { CLIENT, OTHER_CLIENT } from '../fakes/mock-and-companion.ts';
import { accessToken, ADA, ask, createSession } from '../harness.ts';
import { queueHarness } from './harness.ts';

const inEnvelope = (body: object) => ({ Type: 'Notification', Message: JSON.stringify(body) });

onEachDatabase((on) => {
  const q = queueHarness(on);

  it('apply to the account in every space', async () => {
    const sqs = await q.open();
    const { origin } = await q.start();
    const sessions = await Promise.all(
      [CLIENT, OTHER_CLIENT].map(({ clientId }) => createSession(q.mock, origin, { clientId })),
    );
    const states = () => Promise.all(sessions.map((session) => q.look(origin, session)));
    sqs.send(q.message('profileDataChange'));
    sqs.send(inEnvelope(q.message('primaryEmailChanged', { email: ADA })));
    await q.allDeleted(2);
    expect(await states()).toMatchObject([{ revision: 2 }, { revision: 2 }]);
    const eventCreatedAt = Math.floor(Date.now() / 1000);
    const more = { eventCreatedAt, isActive: true, productCapabilities: ['vpn'] };
    sqs.send(q.message('subscription:update', more));
    await q.allDeleted(3);
    expect(await states()).toMatchObject([1, 2].map(() => ({ revision: 3, subscriptions: { vpn: true } })));
    const timestamp = Date.now() + 2000;
    sqs.send(inEnvelope(q.message('reset', { timestamp })));
    await q.allDeleted(4);
    expect(await states()).toMatchObject([1, 2].map(() => ({ reason: 'password_changed', at: timestamp })));
    sqs.send(q.message('delete'));
    await q.allDeleted(5);
    const late = await ask(`${origin}/v1/sessions`, 'POST', { bearer: await accessToken(q.mock) });
    expect(late.body).toMatchObject({ error: 'session_ended', reason: 'account_deleted' });
  });

  it('erase a deleted account also in the space of a client that left the list', async () => {
    const sqs = await q.open();
    const both = await q.start();
    for (const { clientId } of [CLIENT, OTHER_CLIENT]) await createSession(q.mock, both.origin, { clientId });
    await both.stop();
    await q.start(on.database, undefined, [CLIENT]);
    sqs.send(q.message('delete'));
    await q.allDeleted(1);
    const rows = (from: string) => on.database.query(`select from companion.${from}`);
    expect(await rows('account')).toEqual([]);
    expect(await rows('tombstone')).toHaveLength(2);
    expect(await rows('session where ended_reason is null')).toEqual([]);
  });

  it('are counted and deleted when they do not concern the companion', async () => {
    const sqs = await q.open();
    const { origin } = await q.start();
    const session = await createSession(q.mock, origin);
    sqs.send(q.message('login', { email: ADA, deviceCount: 1 }));
    sqs.send(q.message('profileDataChange'));
    await q.allDeleted(2);
    expect(await q.look(origin, session)).toMatchObject({ revision: 1 });
    expect(await q.counted(origin)).toEqual([
      'companion_queue_messages_total{outcome="ignored",what="unknown_event"} 1',
      'companion_queue_messages_total{outcome="accepted",what="profile_change"} 1',
    ]);
  });

  it('are left to the redrive policy when they are malformed, and hold up no other', async () => {
    const sqs = await q.open({ visibility: 100, maxReceiveCount: 3 });
    const { origin } = await q.start();
    const poison = [sqs.send('no JSON'), sqs.send(q.message('passwordChange', { ts: 'now', email: ADA }))];
    sqs.send(q.message('profileDataChange'));
    await q.allDeleted(1);
    await expect.poll(() => sqs.dead.map(({ id }) => id).toSorted()).toEqual(poison.toSorted());
    expect(sqs.dead.map(({ receives }) => receives)).toEqual([3, 3]);
    expect(await q.counted(origin)).toEqual(
      expect.arrayContaining([
        'companion_queue_messages_total{outcome="refused",what="malformed"} 3',
        'companion_queue_messages_total{outcome="refused",what="events"} 3',
      ]),
    );
    expect(q.log()).toContain('"Type":"queue_message_refused"');
  });

  it('are not waited with after a batch of malformed ones', async () => {
    const sqs = await q.open();
    for (let sent = 0; sent < 20; sent += 1) sqs.send('no JSON');
    sqs.send(q.message('profileDataChange'));
    await q.start(on.database, { least: 3_600_000, most: 3_600_000 });
    await q.allDeleted(1);
  });

  it('evict cached tokens, on every instance', async () => {
    const sqs = await q.open();
    const origins = [await q.start(), await q.start(await on.another())].map(({ origin }) => origin);
    const bearer = await accessToken(q.mock);
    const me = () =>
      Promise.all(origins.map(async (at) => (await ask(`${at}/v1/me`, 'GET', { bearer })).status));
    expect(await me()).toEqual([200, 200]);
    for (const { id } of q.mock.store.liveAccessTokens()) q.mock.store.tokens.removeAccessToken(id);
    // Both cache it, and need not know yet.
    expect(await me()).toEqual([200, 200]);
    sqs.send(q.message('passwordChange', { timestamp: Date.now() }));
    await expect.poll(me).toEqual([401, 401]);
  });
});
