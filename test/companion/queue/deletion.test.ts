// When account events of a queue are taken, and when they are deleted, on both databases.
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../src/companion/db/errors.ts';
import { onEachDatabase } from '../db/on-each-database.ts';
import { ask, createSession } from '../harness.ts';
import { gate, queueHarness } from './harness.ts';

const AWAY = new StoreError('database_away', 'away', { why: 'connection' });

onEachDatabase((on) => {
  const q = queueHarness(on);

  it('are deleted only after their commit', async () => {
    const sqs = await q.open();
    const held = gate();
    const { origin } = await q.start(q.guarded(held.pass));
    const session = await createSession(q.mock, origin);
    const id = sqs.send(q.message('profileDataChange'));
    await held.reached;
    expect(await q.look(origin, session)).toMatchObject({ revision: 0 });
    expect(sqs.asked.get('DeleteMessageBatch')).toBeUndefined();
    held.open();
    await expect.poll(() => sqs.deleted).toEqual([id]);
    expect(await q.look(origin, session)).toMatchObject({ revision: 1 });
  });

  it('stay while the database is down, are not asked for meanwhile, and apply afterwards', async () => {
    const sqs = await q.open({ visibility: 50 });
    let [isAway, pings] = [false, 0];
    const { origin } = await q.start({
      ...q.guarded(() => (isAway ? Promise.reject(AWAY) : Promise.resolve())),
      transaction: (...given) => {
        if (!isAway) return on.database.transaction(...given);
        pings += 1;
        return Promise.reject(AWAY);
      },
    });
    const session = await createSession(q.mock, origin);
    isAway = true;
    sqs.send(q.message('profileDataChange'));
    await expect.poll(() => pings).toBeGreaterThan(5);
    expect(sqs.queue.map(({ receives }) => receives)).toEqual([1]);
    isAway = false;
    await q.allDeleted(1);
    expect(await q.look(origin, session)).toMatchObject({ revision: 1 });
    expect(await q.counted(origin)).toContain(
      'companion_queue_messages_total{outcome="unavailable",what="store"} 1',
    );
  });

  it('that come again after a lost deletion change nothing', async () => {
    const sqs = await q.open({ visibility: 50 });
    const { origin } = await q.start();
    const session = await createSession(q.mock, origin);
    sqs.refuses = (operation) => (operation === 'DeleteMessageBatch' ? 'InvalidAddress' : undefined);
    sqs.send(q.message('profileDataChange'));
    await expect.poll(() => sqs.queue[0]?.receives).toBeGreaterThan(2);
    sqs.refuses = () => undefined;
    await q.allDeleted(1);
    expect(await q.look(origin, session)).toMatchObject({ revision: 1 });
  });

  it('reach several companions that share a queue, each message one of them', async () => {
    const sqs = await q.open();
    const { origin } = await q.start();
    await q.start(await on.another());
    const session = await createSession(q.mock, origin);
    const sent = Array.from({ length: 35 }, () => sqs.send(q.message('profileDataChange')));
    await q.allDeleted(35);
    expect(sqs.deleted.toSorted()).toEqual(sent.toSorted());
    expect(await q.look(origin, session)).toMatchObject({ revision: 35 });
  });

  describe('are no longer taken', () => {
    it('once a companion drains, while those in hand are finished', async () => {
      const sqs = await q.open();
      const held = gate();
      const companion = await q.start(q.guarded(held.pass));
      const id = sqs.send(q.message('profileDataChange'));
      await held.reached;
      companion.drain();
      sqs.send(q.message('profileDataChange'));
      held.open();
      await companion.stop();
      expect(sqs.deleted).toEqual([id]);
      expect(sqs.queue.map(({ receives }) => receives)).toEqual([0]);
    });

    it('once a companion that waits for one drains', async () => {
      // The one it waits for may still be handed to it, and is then seen again.
      const sqs = await q.open({ visibility: 100 });
      const companion = await q.start();
      await expect.poll(() => sqs.asked.get('ReceiveMessage')).toBe(1);
      companion.drain();
      await companion.stop();
      sqs.send(q.message('profileDataChange'));
      await q.start();
      await q.allDeleted(1);
      expect(q.log()).not.toContain('queue_failed');
    });

    it('while the queue refuses, until the next pause is over', async () => {
      const sqs = await q.open();
      sqs.refuses = () => 'AccessDenied';
      const companion = await q.start(on.database, { least: 3_600_000, most: 3_600_000 });
      await expect.poll(() => q.log()).toContain('"Type":"queue_failed"');
      expect(q.log()).toContain('"name":"AccessDenied"');
      expect(await q.counted(companion.origin)).toEqual([
        'companion_queue_messages_total{outcome="unavailable",what="sqs"} 1',
      ]);
      sqs.refuses = () => undefined;
      sqs.send(q.message('profileDataChange'));
      await ask(`${companion.origin}/__heartbeat__`);
      expect(sqs.asked.get('ReceiveMessage')).toBe(1);
      // The pause doesn't delay the stop.
      await companion.stop();
    });
  });
});
