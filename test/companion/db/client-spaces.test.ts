// The space of each client's accounts: recorded once, and never changed silently.
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { clientList } from '../../../src/companion/client-list.ts';
import { claimSpaces } from '../../../src/companion/db/same-settings.ts';
import { startMockServer } from '../../../src/mock-accounts/listen.ts';
import { startInProcess } from '../harness.ts';
import { onEachDatabase } from './on-each-database.ts';

const NOTES = 'a1b2c3d4e5f60718';
const TASKS = '1111222233334444';
const listed = (...clients: readonly object[]) =>
  v.parse(clientList, JSON.stringify(clients.map((client) => ({ scope: 'profile:uid', ...client }))));

onEachDatabase((harness) => {
  const claim = (...clients: readonly object[]) => claimSpaces(harness.database, listed(...clients));
  const recorded = () =>
    harness.database.query('select client_id, space from companion.client_space order by client_id');

  it('refuses a renamed client with all details, and accepts it with its old space', async () => {
    await claim({ clientId: NOTES, name: 'notes' });
    const renamed = claim({ clientId: TASKS, name: 'tasks' }, { clientId: NOTES, name: 'pages' });
    await expect(renamed).rejects.toMatchObject({ code: 'space_changed' });
    await expect(renamed).rejects.toThrow(
      `client "pages" (${NOTES}) was in space "notes" and is now in "pages": keep its accounts with "space": "notes"`,
    );
    expect(await recorded()).toEqual([{ client_id: NOTES, space: 'notes' }]);
    await claim(
      { clientId: TASKS, name: 'tasks', space: 'notes' },
      { clientId: NOTES, name: 'pages', space: 'notes' },
    );
    expect(await recorded()).toEqual([
      { client_id: TASKS, space: 'notes' },
      { client_id: NOTES, space: 'notes' },
    ]);
  });

  it('remembers the space of a client that leaves the list and returns', async () => {
    await claim({ clientId: NOTES, name: 'notes' }, { clientId: TASKS, name: 'tasks' });
    await claim({ clientId: TASKS, name: 'tasks' });
    await expect(claim({ clientId: NOTES, name: 'again' })).rejects.toMatchObject({ code: 'space_changed' });
    await claim({ clientId: NOTES, name: 'again', space: 'notes' });
  });

  it('treats two names of one client id as one client', async () => {
    await claim(
      { clientId: NOTES, name: 'notes' },
      { clientId: NOTES, name: 'notes-wide', scope: 'profile' },
    );
    expect(await recorded()).toEqual([{ client_id: NOTES, space: 'notes' }]);
  });

  it('lets exactly one of two conflicting lists win a concurrent start, in any order', async () => {
    const other = await harness.another();
    for (let round = 0; round < 10; round += 1) {
      await harness.database.query('delete from companion.client_space');
      const results = await Promise.allSettled([
        claim({ clientId: NOTES, name: 'notes' }, { clientId: TASKS, name: 'tasks' }),
        claimSpaces(other, listed({ clientId: TASKS, name: 'tasks' }, { clientId: NOTES, name: 'pages' })),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const [failed] = results.filter((one): one is PromiseRejectedResult => one.status === 'rejected');
      expect(failed?.reason).toMatchObject({ code: 'space_changed' });
    }
  });

  it('does not start a companion whose client was renamed', async () => {
    const mock = await startMockServer({ era: 'today' });
    const { database } = harness;
    const clients = (name: string, space?: string) => ({
      clients: listed({ clientId: NOTES, name, space }),
    });
    await (await startInProcess(mock, { database }, clients('notes'))).stop();
    await expect(startInProcess(mock, { database }, clients('pages'))).rejects.toMatchObject({
      code: 'space_changed',
    });
    await (await startInProcess(mock, { database }, clients('pages', 'notes'))).stop();
    await mock.stop();
  });
});
