// Sessions: created, refreshed, read, and ended in every way.
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { onEachDatabase } from './on-each-database.ts';
import {
  CLIENT,
  DAY,
  HOUR,
  NOON,
  OTHER_CLIENT,
  createdFor,
  hashOf,
  requestFor,
  deliveryFor,
} from './accounts.ts';

const ada = hashOf('ada');
const grace = hashOf('grace');

onEachDatabase((harness) => {
  it('returns a created session by its hash only', async () => {
    const request = requestFor(ada);
    expect(await harness.store.registerAccount({ account: ada }, NOON)).toBe(0);
    const live = {
      status: 'live',
      account: ada,
      clientId: CLIENT,
      sealedUid: request.sealedUid,
      revision: 0,
      metrics: true,
      metricsReadAt: NOON,
      subscriptions: {},
      freshUntil: NOON + DAY,
    };
    expect(await harness.store.createSession(request)).toEqual(live);
    expect(await harness.store.session(request.hash, NOON)).toEqual(live);
    expect(await harness.store.session(randomBytes(32), NOON)).toBeUndefined();
  });

  it('limits how many sessions an account creates per day', async () => {
    for (let nth = 0; nth < 50; nth += 1) await createdFor(harness.store, ada);
    await expect(harness.store.createSession(requestFor(ada))).rejects.toMatchObject({ code: 'too_many' });
    await createdFor(harness.store, grace);
    // A day later, by the database's clock.
    await harness.database.query('update companion.session set sold_at = sold_at - $1', [DAY]);
    await createdFor(harness.store, ada);
    expect(await harness.database.query('select from companion.session')).toHaveLength(52);
  });

  it('limits how many grants a session hands over, and then takes none', async () => {
    const hash = await createdFor(harness.store, ada);
    const ids = (nth: number) =>
      Array.from({ length: 20 }, (_, index) => hashOf(`${nth} ${index}`).toString('hex'));
    for (let nth = 0; nth < 10; nth += 1) expect(await harness.store.end(hash, ids(nth), NOON)).toBe(true);
    await expect(harness.store.end(hash, ids(10), NOON)).rejects.toMatchObject({ code: 'too_many' });
    expect(await harness.database.query('select from companion.revocation')).toHaveLength(200);
    expect(await harness.store.end(hash, [], NOON)).toBe(true);
  });

  it('respects events between registering an account and creating its first session', async () => {
    await harness.store.registerAccount({ account: ada }, NOON);
    await harness.store.registerAccount({ account: grace }, NOON);
    await harness.store.apply(deliveryFor(ada, { kind: 'password_change', changedAt: NOON }));
    await harness.store.apply(deliveryFor(grace, { kind: 'delete_user' }));
    expect(await harness.store.createSession(requestFor(ada))).toMatchObject({
      reason: 'password_changed',
      at: NOON,
    });
    expect(await harness.store.createSession(requestFor(grace))).toMatchObject({ status: 'deleted' });
    expect(await harness.store.registerAccount({ account: grace }, NOON)).toBe(0);
    expect(await harness.database.query('select from companion.account where key = $1', [grace])).toEqual([]);
  });

  it('ends sessions proved before a password change, and none proved at or after it', async () => {
    const before = await createdFor(harness.store, ada, { provedAt: NOON - 1 });
    const after = await createdFor(harness.store, ada, { provedAt: NOON });
    await harness.store.apply(deliveryFor(ada, { kind: 'password_change', changedAt: NOON }));
    const ended = { status: 'ended', reason: 'password_changed', at: NOON };
    expect(await harness.store.session(before, NOON)).toEqual(ended);
    expect(await harness.store.session(after, NOON)).toMatchObject({ status: 'live' });
    expect(await harness.store.createSession(requestFor(ada, { provedAt: NOON - 1 }))).toEqual(ended);
    expect(
      await harness.store.createSession(
        requestFor(ada, { hash: before, presented: true, provedAt: NOON + 1 }),
      ),
    ).toEqual(ended);
    expect(await harness.database.query('select from companion.session')).toHaveLength(2);
  });

  it('refreshes a presented session, so that an older password change does not end it', async () => {
    const hash = await createdFor(harness.store, ada, { provedAt: NOON - HOUR });
    const again = requestFor(ada, { hash, presented: true, provedAt: NOON, sealedUid: Buffer.from('anew') });
    expect(await harness.store.createSession(again)).toMatchObject({
      status: 'live',
      sealedUid: Buffer.from('anew'),
    });
    await harness.store.apply(deliveryFor(ada, { kind: 'password_change', changedAt: NOON - 1 }));
    expect(await harness.store.session(hash, NOON)).toMatchObject({ status: 'live' });
    expect(await harness.database.query('select from companion.session')).toHaveLength(1);
  });

  it('never moves the proof of a session back', async () => {
    const hash = await createdFor(harness.store, ada, { provedAt: NOON });
    await harness.store.createSession(requestFor(ada, { hash, presented: true, provedAt: NOON - HOUR }));
    await harness.store.apply(deliveryFor(ada, { kind: 'password_change', changedAt: NOON - 1 }));
    expect(await harness.store.session(hash, NOON)).toMatchObject({ status: 'live' });
  });

  it.each([
    ['that does not exist', ada, CLIENT, true],
    ['of another account', grace, CLIENT, false],
    ['of another client', ada, OTHER_CLIENT, false],
  ])('takes no session %s', async (_what, account, clientId, random) => {
    const hash = await createdFor(harness.store, ada);
    const presented = random ? randomBytes(32) : hash;
    const before = await harness.database.query('select * from companion.session, companion.account');
    expect(
      await harness.store.createSession(requestFor(account, { hash: presented, clientId, presented: true })),
    ).toEqual({
      status: 'unknown',
    });
    expect(await harness.database.query('select * from companion.session, companion.account')).toEqual(
      before,
    );
  });

  it('expires a session after 30 days without use, or 400 in total', async () => {
    const idle = await createdFor(harness.store, ada);
    expect(await harness.store.session(idle, NOON + 30 * DAY - 1)).toMatchObject({ status: 'live' });
    // That use has been recorded.
    expect(await harness.store.session(idle, NOON + 59 * DAY)).toMatchObject({ status: 'live' });
    const expired = { status: 'ended', reason: 'expired', at: NOON + 89 * DAY };
    expect(await harness.store.session(idle, NOON + 89 * DAY)).toEqual(expired);

    const busy = await createdFor(harness.store, grace);
    for (let day = 20; day < 400; day += 20) await harness.store.session(busy, NOON + day * DAY);
    expect(await harness.store.session(busy, NOON + 400 * DAY)).toEqual({
      status: 'ended',
      reason: 'expired',
      at: NOON + 400 * DAY,
    });
  });

  it('records the use of a session at most once a day, and is read again for that', async () => {
    const hash = await createdFor(harness.store, ada);
    const seen = async (at: number) => {
      expect(await harness.store.session(hash, at)).toMatchObject({
        freshUntil: (at < NOON + DAY ? NOON : at) + DAY,
      });
      return (await harness.database.query<{ seen_at: number }>('select seen_at from companion.session'))[0]
        ?.seen_at;
    };
    expect(await seen(NOON + DAY - 1)).toBe(NOON);
    expect(await seen(NOON + DAY)).toBe(NOON + DAY);
  });

  it('keeps a session ended for its first reason', async () => {
    const hash = await createdFor(harness.store, ada);
    expect(await harness.store.end(hash, [], NOON)).toBe(true);
    expect(await harness.store.end(hash, [], NOON + 1)).toBe(true);
    expect(await harness.store.end(randomBytes(32), ['f'.repeat(64)], NOON)).toBe(false);
    const ended = { status: 'ended', reason: 'signed_out', at: NOON };
    expect(await harness.store.session(hash, NOON + 2)).toEqual(ended);
    expect(await harness.store.createSession(requestFor(ada, { hash, presented: true }))).toEqual(ended);
    expect(await harness.database.query('select from companion.revocation')).toEqual([]);
    expect(
      await harness.database.query('select from companion.session where sealed_uid is not null'),
    ).toEqual([]);
  });

  it('creates no session for a deleted account, of which only a tombstone remains', async () => {
    const hash = await createdFor(harness.store, ada);
    await harness.store.end(await createdFor(harness.store, ada), ['e'.repeat(64)], NOON);
    const deletion = deliveryFor(ada, { kind: 'delete_user' }, { at: NOON + 5 });
    await harness.store.apply(deletion);
    await harness.store.apply(deliveryFor(ada, { kind: 'profile_change' }));
    expect(await harness.store.createSession(requestFor(ada))).toEqual({ status: 'deleted', at: NOON + 5 });
    expect(await harness.store.session(hash, NOON)).toEqual({
      status: 'ended',
      reason: 'account_deleted',
      at: NOON + 5,
    });
    const names = ['account', 'ledger', 'capability', 'metric', 'engaged', 'session', 'revocation'];
    for (const name of names) {
      const rows = await harness.database.query(`select * from companion.${name}`);
      expect(JSON.stringify(rows)).not.toContain(JSON.stringify(ada));
    }
    expect(await harness.database.query('select from companion.session where account is null')).toHaveLength(
      2,
    );
    // The grants are identified by their ids only, and must be destroyed all the more.
    expect(await harness.store.revocation('e'.repeat(64))).toBeDefined();
  });

  it('creates many sessions concurrently, also for one account', async () => {
    const created = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        harness.store.createSession(requestFor(index % 2 === 0 ? ada : grace)),
      ),
    );
    expect(created.every(({ status }) => status === 'live')).toBe(true);
    expect(await harness.database.query('select from companion.session')).toHaveLength(40);
  });
});
