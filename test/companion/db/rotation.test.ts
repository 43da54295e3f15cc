// Accounts move to another key with everything about them, whatever happens at the same moment.
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createStore } from '../../../src/companion/db/store.ts';
import { accountName, everyKey } from '../../../src/companion/clients.ts';
import { erasePerson } from '../../../src/companion/db/person.ts';
import { countRemaining, eraseRemaining } from '../../../src/companion/db/rotation.ts';
import { checkSecret } from '../../../src/companion/db/same-settings.ts';
import { onEachDatabase } from './on-each-database.ts';
import { CLIENT, createdFor, dayOf, deliveryFor, fillAccount, hashOf, NOON, requestFor } from './accounts.ts';
import { setClock } from './empty.ts';

const former = hashOf('ada, old');
const account = hashOf('ada, new');
const ada = { account, former };
const TABLES = ['session', 'ledger', 'capability', 'metric', 'engaged', 'tombstone'];

onEachDatabase((harness, name) => {
  const rows = async () => {
    const all: Record<string, unknown> = {};
    for (const table of [...TABLES, 'account'])
      all[table] = await harness.database.query(
        `select to_jsonb(t) as row from companion.${table} t order by 1`,
      );
    return JSON.stringify(all);
  };
  const hex = (key: Buffer) => key.toString('hex');

  it('moves everything about an account once, however often it is asked to', async () => {
    await setClock(harness.database, NOON);
    const hash = await createdFor(harness.store, former);
    await fillAccount(harness.store, hash, former);
    const before = await rows();
    const other = createStore(await harness.another());
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? other : harness.store).rekey(ada)),
    );
    expect(before).toContain(hex(former));
    expect(await rows()).toBe(before.replaceAll(hex(former), hex(account)));
    expect(await harness.store.engageOnce(former, CLIENT, dayOf(NOON), NOON)).toBe(false);
    await harness.store.forgetMetrics(former, CLIENT);
    expect(await harness.database.query('select from companion.metric')).toEqual([]);
  });

  it('applies an event under the old key, the new one, or both, once', async () => {
    const hash = await createdFor(harness.store, former);
    const event = deliveryFor(former, { kind: 'profile_change' });
    for (const keys of [{ account: former }, ada, { account: former }, { account }, ada])
      await harness.store.apply({ ...event, former: undefined, ...keys } as typeof event);
    expect(await harness.store.session(hash, NOON)).toMatchObject({ revision: 1 });
    expect(await harness.store.session(hash, NOON)).toMatchObject({ account });
  });

  it('writes nothing about an unknown account', async () => {
    await harness.store.apply({ ...deliveryFor(account, { kind: 'profile_change' }), former });
    await harness.store.rekey(ada);
    for (const table of [...TABLES, 'account', 'rekeyed'])
      expect(await harness.database.query(`select from companion.${table}`)).toEqual([]);
  });

  it('registers one account when both kinds of instances do at the same moment', async () => {
    const other = createStore(await harness.another());
    for (let round = 0; round < 15; round += 1) {
      const [o, n] = [randomBytes(32), randomBytes(32)];
      const [first, second] = await Promise.all([
        createdFor(harness.store, o),
        createdFor(other, n, { former: o }),
        harness.store.registerAccount({ account: o }, NOON),
        other.registerAccount({ account: n, former: o }, NOON),
      ]);
      await harness.store.apply(deliveryFor(o, { kind: 'password_change', changedAt: NOON + round }));
      for (const hash of [first, second])
        expect(await other.session(hash, NOON)).toMatchObject({
          status: 'ended',
          reason: 'password_changed',
        });
      const found = await harness.database.query('select from companion.account where key = any($1)', [
        [o, n],
      ]);
      expect(found).toHaveLength(1);
    }
  });

  it('loses no event that comes while its account moves', async () => {
    const other = createStore(await harness.another());
    const all = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const keys = { account: randomBytes(32), former: randomBytes(32) };
        return { keys, hash: await createdFor(harness.store, keys.former) };
      }),
    );
    await Promise.all(
      all.flatMap(({ keys }) => [
        other.rekey(keys),
        harness.store.apply(deliveryFor(keys.former, { kind: 'password_change', changedAt: NOON })),
        other.apply({ ...deliveryFor(keys.account, { kind: 'profile_change' }), former: keys.former }),
      ]),
    );
    for (const { hash } of all)
      expect(await harness.store.session(hash, NOON)).toMatchObject({
        status: 'ended',
        reason: 'password_changed',
      });
    const revisions = await harness.database.query(
      'select from companion.account where revision = 1 and key = any($1)',
      [all.map(({ keys }) => keys.account)],
    );
    expect(revisions).toHaveLength(60);
  });

  it('applies an event that waited while its account moved', async () => {
    const hash = await createdFor(harness.store, former);
    const other = await harness.another();
    let applied: Promise<void> | undefined;
    await other.transaction(async (transaction) => {
      await transaction.query('select companion.rekey($1, $2)', [[former], [account]]);
      applied = harness.store.apply(deliveryFor(former, { kind: 'password_change', changedAt: NOON }));
      const waiting = () => transaction.query('select from pg_locks where not granted');
      // The embedded database runs nothing beside a transaction.
      if (name === 'PostgreSQL') await expect.poll(waiting, { timeout: 30_000 }).not.toEqual([]);
    });
    await applied;
    expect(await harness.store.session(hash, NOON)).toMatchObject({ reason: 'password_changed' });
  });

  it('keeps a tombstone of the old key', async () => {
    await createdFor(harness.store, former);
    await harness.store.apply(deliveryFor(former, { kind: 'delete_user' }));
    const refused = await harness.store.createSession(requestFor(account, { former }));
    expect(refused).toMatchObject({ status: 'deleted' });
    // It has moved, too, so that it holds after the rotation.
    expect(await harness.store.createSession(requestFor(account))).toMatchObject({ status: 'deleted' });
  });

  it.each([
    ['an event', () => harness.store.apply({ ...deliveryFor(account, { kind: 'profile_change' }), former })],
    ['a new profile', () => harness.store.registerAccount(ada, NOON)],
  ])('moves a tombstone with %s', async (_what, shows) => {
    await createdFor(harness.store, former);
    await harness.store.apply(deliveryFor(former, { kind: 'delete_user' }));
    await shows();
    expect(await harness.store.createSession(requestFor(account))).toMatchObject({ status: 'deleted' });
  });

  it.each([
    ['old', () => createdFor(harness.store, former)],
    ['new', () => createdFor(harness.store, account, { former })],
  ])('keeps a person who was under the %s key erased under both', async (_which, create) => {
    await create();
    expect(await erasePerson(harness.database, everyKey(ada), NOON)).toBe(1);
    for (const key of everyKey(ada))
      expect(await harness.store.createSession(requestFor(key))).toMatchObject({ status: 'deleted' });
  });

  it('counts what was registered under the old settings after the last rotation as remaining in the next', async () => {
    const [first, second, third] = [1, 2, 3].map((n) => new Uint8Array(32).fill(n)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    await harness.database.query('delete from companion.made_with');
    await checkSecret(harness.database, { secret: second, formerSecret: first });
    await checkSecret(harness.database, { secret: second });
    await createdFor(harness.store, account, { former });
    await checkSecret(harness.database, { secret: third, formerSecret: second });
    expect(await countRemaining(harness.database)).toBe(1);
    await expect(checkSecret(harness.database, { secret: third })).rejects.toMatchObject({
      code: 'secret_needed',
    });
  });

  it('tells every instance of the accounts that are given up', async () => {
    const other = await harness.another();
    await harness.database.query('delete from companion.made_with');
    await checkSecret(harness.database, { secret: account, formerSecret: former });
    await createdFor(harness.store, former);
    const payloads: (string | undefined)[] = [];
    await other.listen((payload) => payloads.push(payload));
    expect(await eraseRemaining(harness.database)).toBe(1);
    await expect.poll(() => payloads).toContain(accountName(former));
  });
});
