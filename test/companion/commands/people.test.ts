// The operator's commands about people and grants on each database, with the outputs that docs/commands.md shows.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { accountKey } from '../../../src/companion/clients.ts';
import { readSettings } from '../../../src/companion/config.ts';
import { checkSecret, claimSpaces } from '../../../src/companion/db/same-settings.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import {
  CLIENT as NOTES,
  createdFor,
  deliveryFor,
  fillAccount,
  HOUR,
  NOON,
  OTHER_CLIENT as TASKS,
} from '../db/accounts.ts';
import { setClock } from '../db/empty.ts';
import { onEachDatabase, type TestDatabase } from '../db/on-each-database.ts';
import { grant } from '../harness.ts';
import { ADA, asked, CLIENTS, companionOn, ENVIRONMENT, GRACE, keyOf, run, SECRET } from './commands.ts';

const DOCS = new URL('../../../docs/commands.md', import.meta.url);

const NEXT = Buffer.alloc(32, 10);
const ROTATION = {
  ...ENVIRONMENT,
  COMPANION_SECRET: undefined,
  COMPANION_SECRETS: `${NEXT.toString('hex')},${SECRET.toString('hex')}`,
};

let mock: RunningMockServer;
beforeAll(async () => {
  mock = await startMockServer({ era: 'today' });
});
afterAll(() => mock.stop());

/** Two sessions of Ada in one space and one in the other, with all there can be about her; and one of Grace. */
async function fill({ database, store }: TestDatabase): Promise<Record<'ada' | 'other' | 'grace', Buffer>> {
  await setClock(database, NOON);
  await claimSpaces(database, readSettings(ENVIRONMENT).clients);
  const account = keyOf(ADA, 'notes');
  const ada = await createdFor(store, account, { clientId: NOTES });
  const ended = await createdFor(store, account, { clientId: NOTES, at: NOON + 1 });
  await store.end(ended, [], NOON + HOUR);
  const other = await createdFor(store, keyOf(ADA, 'tasks'), { clientId: TASKS });
  const grace = await createdFor(store, keyOf(GRACE, 'notes'), { clientId: NOTES });
  await fillAccount(store, ada, account);
  return { ada, other, grace };
}

async function setAside({ database, store }: TestDatabase, session: Buffer, id: string): Promise<void> {
  await store.end(session, [id], NOON);
  await store.setAside(id, 'misconfigured');
  // Done by the job's attempt, which is over then: a job locked as it is added again is lost until the sweep.
  await database.query('delete from graphile_worker._private_jobs where key = $1', [`revoke:${id}`]);
}

onEachDatabase((harness) => {
  it('print what the documentation shows', async () => {
    const companion = await companionOn(mock, harness.database);
    const { grace } = await fill(harness);
    await companion.stop();
    await setAside(harness, grace, 'a'.repeat(64));
    const again = await companionOn(mock, harness.database);
    const documented = readFileSync(DOCS, 'utf8');
    let text = '';
    for (const piece of documented.split(/(?<=^```console\n)|(?=^```$)/m)) {
      const [, typed] = /^\$ companion (.*)$/m.exec(piece) ?? [];
      if (typed === undefined) {
        text += piece;
        continue;
      }
      const isRotation = typed === 'end-rotation';
      if (isRotation) await checkSecret(harness.database, { secret: NEXT, formerSecret: SECRET });
      const { output } = await run(typed.split(' '), {
        database: harness.database,
        ...(isRotation && { variables: ROTATION }),
        fetch: asked(mock, again.origin),
      });
      text += `$ companion ${typed}\n${output.replace(harness.database.description, 'PostgreSQL, for any number of companions')}\n`;
    }
    await again.stop();
    await expect(text).toMatchFileSnapshot(DOCS.pathname);
  });

  it('name a client in the status whose events are overdue', async () => {
    await fill(harness);
    await harness.database.query('update companion.client_space set since = $1', [NOON - 2 * HOUR]);
    const overdue = async (expected: string) => {
      const variables = { ...ENVIRONMENT, COMPANION_EXPECT_EVENTS_EVERY: expected };
      const { database } = harness;
      const { output } = await run(['status'], { database, variables, fetch: asked(mock) });
      return [...output.matchAll(/^\* No event .* for (\w+).*COMPANION_EXPECT_EVENTS_EVERY/gm)].map(
        ([, name]) => name,
      );
    };
    expect(await overdue('3h')).toEqual([]);
    expect(await overdue('1h')).toEqual(['tasks']);
  });

  it('show only what belongs to the person, also of a client that left the list', async () => {
    await fill(harness);
    const variables = { ...ENVIRONMENT, COMPANION_CLIENTS: JSON.stringify(CLIENTS.slice(0, 1)) };
    const { output, code } = await run(['show', GRACE], { database: harness.database, variables });
    const { spaces } = JSON.parse(output) as {
      spaces: Record<string, { account: unknown; sessions?: unknown[]; events?: unknown[] }>;
    };
    expect(code).toBe(0);
    expect(Object.keys(spaces)).toEqual(['notes', 'tasks']);
    expect(spaces.tasks).toEqual({ account: null });
    expect(spaces.notes?.sessions).toHaveLength(1);
    expect(spaces.notes?.events).toEqual([]);
  });

  it('erase a person everywhere, tell every instance, and spare all others', async () => {
    const { ada, other, grace } = await fill(harness);
    const payloads: (string | undefined)[] = [];
    await (await harness.another()).listen((payload) => payloads.push(payload));
    const first = await run(['erase', ADA], { database: harness.database });
    expect(JSON.parse(first.output)).toEqual({
      uid: ADA,
      erased: { notes: { sessions: 2 }, tasks: { sessions: 1 } },
    });
    for (const hash of [ada, other])
      expect(await harness.store.session(hash, NOON)).toMatchObject({
        status: 'ended',
        reason: 'account_deleted',
      });
    expect(await harness.store.session(grace, NOON)).toMatchObject({ status: 'live' });
    await vi.waitFor(() => expect(payloads).toHaveLength(2), { timeout: 30_000 });
    await harness.store.apply(
      deliveryFor(keyOf(ADA, 'notes'), { kind: 'profile_change' }, { clientId: NOTES }),
    );
    await expect(createdFor(harness.store, keyOf(ADA, 'notes'))).rejects.toThrow('deleted');
    const shown = await run(['show', ADA], { database: harness.database });
    const deletedAt = new Date(NOON).toISOString();
    expect(JSON.parse(shown.output)).toEqual({
      uid: ADA,
      spaces: { notes: { account: null, deletedAt }, tasks: { account: null, deletedAt } },
    });
    for (const table of ['ledger', 'capability', 'metric', 'engaged'])
      expect(await harness.database.query(`select from companion.${table}`)).toEqual([]);
    expect(shown.code).toBe(0);
    expect(await run(['erase', ADA], { database: harness.database })).toEqual({
      code: 1,
      output: `${JSON.stringify({ uid: ADA, erased: {} }, undefined, 2)}\nNo account of this user id is known here.`,
    });
  });

  it('refuse what is no user id of Mozilla accounts, and tell of one that is not known', async () => {
    await fill(harness);
    const { database } = harness;
    const withDashes = ADA.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    for (const command of ['show', 'erase']) {
      for (const wrong of [ADA.toUpperCase(), ADA.slice(1), withDashes])
        expect(await run([command, wrong], { database })).toEqual({
          code: 2,
          output: expect.stringContaining('has 32 digits') as string,
        });
      const unknown = await run([command, 'a'.repeat(32)], { database });
      expect(unknown).toEqual({
        code: 1,
        output: expect.stringMatching(/No account of this user id is known here\.$/) as string,
      });
      const elsewhere = { ...ENVIRONMENT, FXA_ISSUER: 'https://accounts.example' };
      expect((await run([command, 'any|subject'], { database, variables: elsewhere })).code).toBe(1);
    }
    expect(await database.query('select from companion.account')).toHaveLength(3);
  });

  it('take the uid from standard input where "-" stands for it', async () => {
    await fill(harness);
    const { database } = harness;
    const shown = await run(['show', GRACE], { database });
    expect(await run(['show', '-'], { database, input: `  ${GRACE}\r\n` })).toEqual(shown);
    for (const input of ['', 'grace@example.com\n', `${ADA}\n${GRACE}\n`]) {
      const { code, output } = await run(['erase', '-'], { database, input });
      expect([code, output]).toEqual([2, expect.stringContaining('erase takes one user id')]);
    }
    expect(await run(['show', GRACE], { database })).toEqual(shown);
    const erased = await run(['erase', '-'], { database, input: GRACE });
    expect(JSON.parse(erased.output)).toEqual({ uid: GRACE, erased: { notes: { sessions: 1 } } });
  });

  it('refuse to look up anyone under another secret', async () => {
    await checkSecret(harness.database, { secret: SECRET });
    const variables = { ...ENVIRONMENT, COMPANION_SECRET: 'ab'.repeat(32) };
    for (const command of ['show', 'erase']) {
      const { code, output } = await run([command, ADA], { database: harness.database, variables });
      expect([code, output]).toEqual([1, expect.stringContaining('COMPANION_SECRET is not the one')]);
    }
  });

  it('have a running companion destroy a grant that was set aside', async () => {
    const { ada, other } = await fill(harness);
    await setClock(harness.database, undefined);
    const id = grant(mock, mock.store.accounts.byEmail('ada@example.com')?.uid ?? '');
    await setAside(harness, ada, id);
    await setAside(harness, other, 'b'.repeat(64));
    const companion = await companionOn(mock, harness.database);
    const { output } = await run(['retry', '--client', NOTES], { database: harness.database });
    expect(output).toBe('1 grant of notes, set aside as misconfigured: tried again');
    await vi.waitFor(() => expect(mock.store.tokens.refreshTokenById(id)).toBeUndefined(), {
      timeout: 30_000,
    });
    await companion.stop();
    expect((await harness.store.revocationState()).setAside).toEqual([
      { clientId: TASKS, why: 'misconfigured', count: 1 },
    ]);
  });

  it('give up what is under the old secret, only after a companion has started with both', async () => {
    await fill(harness);
    const both = { database: harness.database, variables: ROTATION };
    expect(await run(['end-rotation'], both)).toMatchObject({ code: 1 });
    expect(await run(['end-rotation'], { database: harness.database })).toMatchObject({ code: 1 });
    expect(await harness.database.query('select from companion.account')).toHaveLength(3);
    await checkSecret(harness.database, { secret: NEXT, formerSecret: SECRET });
    await harness.store.rekey({
      account: accountKey(NEXT, { space: 'notes' }, ADA),
      former: keyOf(ADA, 'notes'),
    });
    const { spaces } = JSON.parse((await run(['show', ADA], both)).output) as {
      spaces: Record<string, { account: unknown }>;
    };
    expect([spaces.notes?.account, spaces.tasks?.account]).not.toContain(null);
    expect(await run(['end-rotation'], both)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^2 accounts erased/) as string,
    });
    expect(await harness.database.query('select from companion.account')).toHaveLength(1);
    expect(JSON.parse((await run(['erase', ADA], both)).output)).toEqual({
      uid: ADA,
      erased: { notes: { sessions: 2 } },
    });
  });
});
