// Metrics: counted by day while a fresh profile allows it, bounded, and deleted as soon as it does not.
import { expect, it } from 'vitest';
import { onEachDatabase } from './on-each-database.ts';
import {
  CLIENT,
  DAY,
  NOON,
  OTHER_CLIENT,
  createdFor,
  dayOf,
  hashOf,
  requestFor,
  deliveryFor,
} from './accounts.ts';

const ada = hashOf('ada');
const today = dayOf(NOON);
const opened = { name: 'opened', day: today, count: 1 };

onEachDatabase((harness) => {
  const add = (hash: Buffer, events = [opened], readSince = NOON) =>
    harness.store.addMetrics(hash, events, readSince, NOON);
  const rows = () =>
    harness.database.query(
      'select client_id, day::text, name, detail, count from companion.metric order by day, client_id, name, detail',
    );

  it('are summed up by client, day, name and detail', async () => {
    const hash = await createdFor(harness.store, ada);
    const other = await createdFor(harness.store, ada, { clientId: OTHER_CLIENT });
    expect(await add(hash, [opened, { ...opened, count: 2 }])).toBe(true);
    const more = [opened, { ...opened, detail: 'popup' }, { ...opened, day: dayOf(NOON - DAY) }];
    expect(await add(hash, more)).toBe(true);
    expect(await add(other)).toBe(true);
    const row = { client_id: CLIENT, day: today, name: 'opened', detail: '', count: 1 };
    expect(await rows()).toEqual([
      { ...row, day: dayOf(NOON - DAY) },
      { ...row, client_id: OTHER_CLIENT },
      { ...row, count: 4 },
      { ...row, detail: 'popup' },
    ]);
  });

  it.each([
    ['of an unknown session and account', undefined, NOON],
    ['of an account whose profile says no', false, NOON],
    ['when the profile was read too long ago', true, NOON + 1],
  ])('are refused %s', async (_when, allowed, readSince) => {
    let hash: Buffer = hashOf('unknown');
    if (allowed !== undefined) hash = await createdFor(harness.store, ada, { metrics: allowed });
    expect(await add(hash, [opened], readSince)).toBe(false);
    expect(await harness.store.engageOnce(ada, CLIENT, today, readSince)).toBe(false);
    expect(await rows()).toEqual([]);
  });

  it('are turned off and deleted by a profile that says no', async () => {
    const hash = await createdFor(harness.store, ada);
    await add(hash);
    await harness.store.createSession(requestFor(ada, { hash, presented: true, metrics: false }));
    expect(await rows()).toEqual([]);
    expect(await add(hash)).toBe(false);
  });

  it('stay off when an opt-out arrives while the profile is read', async () => {
    const hash = await createdFor(harness.store, ada);
    const readAtRevision = await harness.store.registerAccount({ account: ada }, NOON);
    await harness.store.apply(deliveryFor(ada, { kind: 'metrics_opt_out' }));
    await harness.store.createSession(
      requestFor(ada, { hash, presented: true, readAtRevision, at: NOON + 1 }),
    );
    expect(await add(hash)).toBe(false);
  });

  it('stay off when an older profile arrives late', async () => {
    await createdFor(harness.store, ada, { metrics: false, at: NOON + 1 });
    const hash = await createdFor(harness.store, ada, { metrics: true, at: NOON });
    expect(await add(hash, [opened], 0)).toBe(false);
  });

  it('are deleted by an opt-out, including counts added concurrently', async () => {
    const hash = await createdFor(harness.store, ada);
    const adding = Array.from({ length: 30 }, () => add(hash));
    await harness.store.apply(deliveryFor(ada, { kind: 'metrics_opt_out' }));
    await Promise.all(adding);
    expect(await rows()).toEqual([]);
  });

  it('are deleted per client on request, including counts added concurrently', async () => {
    const hash = await createdFor(harness.store, ada);
    const other = await createdFor(harness.store, ada, { clientId: OTHER_CLIENT });
    await add(other);
    await harness.store.engageOnce(ada, CLIENT, today, NOON);
    const adding = Array.from({ length: 10 }, () => add(hash));
    await Promise.all([...adding, harness.store.forgetMetrics(ada, CLIENT)]);
    await harness.store.forgetMetrics(ada, CLIENT);
    await harness.store.forgetMetrics(hashOf('nobody'), CLIENT);
    expect(await rows()).toMatchObject([{ client_id: OTHER_CLIENT, count: 1 }]);
    // Once a day, even after deletions in between.
    expect(await harness.store.engageOnce(ada, CLIENT, today, NOON)).toBe(false);
  });

  it('are deleted with the end of a session if it says so, and only that client’s', async () => {
    const hash = await createdFor(harness.store, ada);
    const other = await createdFor(harness.store, ada, { clientId: OTHER_CLIENT });
    await add(other);
    await add(hash);
    await harness.store.end(other, [], NOON);
    expect(await rows()).toHaveLength(2);
    const adding = Array.from({ length: 10 }, () => add(hash));
    await Promise.all([...adding, harness.store.end(hash, [], NOON, { forgetMetrics: true })]);
    // Also of a session that has ended already.
    await harness.store.end(hash, [], NOON, { forgetMetrics: true });
    expect(await rows()).toMatchObject([{ client_id: OTHER_CLIENT, count: 1 }]);
    expect(await harness.store.end(hashOf('nobody'), [], NOON, { forgetMetrics: true })).toBe(false);
  });

  it('are not added by uploads that arrive while a sign-out deletes them', async () => {
    for (let round = 0; round < 5; round += 1) {
      const hash = await createdFor(harness.store, ada);
      const ending = harness.store.end(hash, [], NOON, { forgetMetrics: true });
      await Promise.all([ending, ...Array.from({ length: 10 }, () => add(hash))]);
      expect(await rows()).toEqual([]);
      expect(await add(hash)).toBe(false);
    }
  });

  it('are not deleted when the session can’t be ended', async () => {
    const hash = await createdFor(harness.store, ada);
    await add(hash);
    const invalid = harness.store.end(hash, ['a\0b'], NOON, { forgetMetrics: true });
    await expect(invalid).rejects.toThrow();
    expect(await rows()).toHaveLength(1);
    expect(await harness.store.session(hash, NOON)).toMatchObject({ status: 'live' });
  });

  it('are limited to 100 rows per account and day, which keep counting', async () => {
    const hash = await createdFor(harness.store, ada);
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const names = Array.from(
      { length: 130 },
      (_, i) => `${letters[i % 26] ?? ''}_${letters[Math.floor(i / 26)] ?? ''}`,
    );
    for (let start = 0; start < names.length; start += 50) {
      await add(
        hash,
        names.slice(start, start + 50).map((name) => ({ ...opened, name })),
      );
    }
    await add(hash, [
      { ...opened, name: names[0] ?? '' },
      { ...opened, day: dayOf(NOON - DAY) },
    ]);
    const all = (await rows()) as { name: string; day: string; count: number }[];
    expect(all.filter(({ day }) => day === today)).toHaveLength(100);
    expect(all.find(({ name }) => name === names[0])?.count).toBe(2);
    expect(all.filter(({ day }) => day !== today)).toHaveLength(1);
  });

  it('engage once per day and client, also with concurrent requests', async () => {
    await createdFor(harness.store, ada);
    const asked = await Promise.all(
      Array.from({ length: 10 }, () => harness.store.engageOnce(ada, CLIENT, today, NOON)),
    );
    expect(asked.filter(Boolean)).toHaveLength(1);
    expect(await harness.store.engageOnce(ada, OTHER_CLIENT, today, NOON)).toBe(true);
    expect(await harness.store.engageOnce(ada, CLIENT, dayOf(NOON + DAY), NOON)).toBe(true);
  });
});
