// Polls answered from memory: a change on one instance has every instance read the session again.
import { Agent } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/companion/db/database.ts';
import type { RunningCompanion } from '../../src/companion/start.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { accessToken, ask, createSession, deliver, startInProcess, uidOf } from './harness.ts';

const keys = createKeys(Date.now);
const { clientId } = CLIENT;

describe('polls on', () => {
  onEachDatabase((stored, name) => {
    let mock: RunningMockServer;
    let companions: RunningCompanion[];
    /** How often each instance has read a session. */
    let reads: number[];
    let session: string;
    let etags: string[];
    const agent = new Agent();

    const counted = (database: Database, instance: number): Database => ({
      ...database,
      query: (text, values, statement) => {
        if (statement === 'read_session') reads[instance] = (reads[instance] ?? 0) + 1;
        return database.query(text, values, statement);
      },
    });

    beforeEach(async () => {
      mock = await startMockServer({ era: 'today', keys });
      reads = [0, 0];
      etags = ['', ''];
      companions = [];
      for (const database of [stored.database, await stored.another()])
        companions.push(await startInProcess(mock, { database: counted(database, companions.length) }));
      session = await createSession(mock, origin(0));
      await polls();
      // Until the notification of its creation has arrived, it is read again.
      await expect.poll(readsOfPolls).toEqual([0, 0]);
    });
    afterEach(async () => {
      agent.destroy();
      for (const companion of companions) await companion.stop();
      await mock.stop();
    });

    const origin = (instance: number) => companions[instance]?.origin ?? '';
    /** Polls each instance with the tag it gave last; resolves with the statuses. */
    const polls = () =>
      Promise.all(
        companions.map(async (companion, instance) => {
          const headers = { 'if-none-match': etags[instance] ?? '' };
          const answer = await ask(`${companion.origin}/v1/session`, 'GET', { bearer: session, headers });
          etags[instance] = answer.headers.get('etag') ?? '';
          return answer.status;
        }),
      );
    const readsOfPolls = async () => {
      reads = [0, 0];
      await polls();
      return reads;
    };
    const sends = async (event: string, payload = {}) => {
      const set = await mock.events.sign({ clientId, uid: uidOf(mock), event, payload });
      expect(await deliver(agent, origin(0), set)).toBe(200);
    };

    it('are answered without the database while nothing changes, and only with the tag', async () => {
      reads = [0, 0];
      expect(await polls()).toEqual([304, 304]);
      expect(reads).toEqual([0, 0]);
      etags = ['"other"', ''];
      expect(await polls()).toEqual([200, 200]);
      expect(reads).toEqual([1, 1]);
    });

    it('of an account that an event is about are answered with the news, and from memory again', async () => {
      await sends('profile-change', { email: 'other@example.com' });
      await expect.poll(polls).toContain(200);
      await expect.poll(readsOfPolls).toEqual([0, 0]);
      const answers = await Promise.all(
        companions.map(({ origin: at }) => ask(`${at}/v1/session`, 'GET', { bearer: session })),
      );
      expect(answers.map(({ body }) => body.revision)).toEqual([1, 1]);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['the password was changed', () => sends('password-change', { changeTime: Date.now() + 1000 })],
      ['the account was deleted', () => sends('delete-user')],
      [
        'the user signed out',
        () => ask(`${origin(0)}/v1/session/end`, 'POST', { bearer: session, body: { refreshTokenIds: [] } }),
      ],
    ])('are refused once %s', async (_what, change) => {
      await change();
      // The instance that was told knows at once.
      expect((await polls())[0]).toBe(401);
      await expect.poll(polls).toEqual([401, 401]);
      expect(await readsOfPolls()).toEqual([1, 1]);
    });

    it('are answered with the new consent after the session was refreshed on another instance', async () => {
      const account = mock.store.accounts.byUid(uidOf(mock));
      if (!account) throw new Error('Ada has no account.');
      mock.store.setMetricsEnabled(account, false);
      await mock.events.idle();
      const bearer = await accessToken(mock);
      expect((await ask(`${origin(0)}/v1/sessions`, 'POST', { bearer, body: { session } })).status).toBe(200);
      await expect.poll(async () => (await polls())[1]).toBe(200);
    });

    it.runIf(name === 'PostgreSQL')(
      'read the database after notifications may have been missed',
      async () => {
        await stored.database.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
         where pid <> pg_backend_pid() and datname = current_database() and query ~ '^(listen "companion|select 1 / )'`,
        );
        reads = [0, 0];
        // Each instance misses its connection at a time of its own.
        await expect
          .poll(async () => {
            await polls();
            return Math.min(...reads);
          })
          .toBeGreaterThan(0);
        await expect.poll(readsOfPolls).toEqual([0, 0]);
      },
    );
  });
});
