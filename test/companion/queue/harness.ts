// Companions that read a queue of account events, on a test database. What they log is checked for uids and addresses.
import { afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Database } from '../../../src/companion/db/database.ts';
import type { Client } from '../../../src/companion/clients.ts';
import type { RunningCompanion } from '../../../src/companion/start.ts';
import { createKeys, type Keys } from '../../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import type { TestDatabase } from '../db/on-each-database.ts';
import { CLIENT, OTHER_CLIENT } from '../fakes/mock-and-companion.ts';
import { startFakeSqs, type FakeSqs, type FakeSqsOptions } from '../fakes/sqs.ts';
import { ADA, ask, PASSWORD, startInProcess, uidOf } from '../harness.ts';

const PAUSE = { least: 20, most: 100 };

/** What a test starts ends with it. */
export function queueHarness(on: TestDatabase) {
  let keys: Keys;
  let mock: RunningMockServer;
  let sqs: FakeSqs | undefined;
  let running: RunningCompanion[];
  let lines: string[];
  beforeAll(() => {
    keys = createKeys(Date.now);
  });
  beforeEach(async () => {
    mock = await startMockServer({ era: 'today', keys });
    [running, lines] = [[], []];
  });
  afterEach(async () => {
    await Promise.all(running.map(({ stop }) => stop()));
    await sqs?.stop();
    const secrets = [uidOf(mock), ADA];
    await mock.stop();
    vi.unstubAllEnvs();
    const log = lines.join('');
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });
  const queue = () => {
    if (sqs === undefined) throw new Error('No queue is open.');
    return sqs;
  };
  return {
    get mock() {
      return mock;
    },
    get sqs() {
      return queue();
    },
    log: () => lines.join(''),
    async open(options: FakeSqsOptions = {}): Promise<FakeSqs> {
      sqs = await startFakeSqs(options);
      for (const [name, value] of Object.entries(sqs.env)) vi.stubEnv(name, value);
      return sqs;
    },
    async start(
      database: Database = on.database,
      pause = PAUSE,
      clients: readonly Client[] = [CLIENT, OTHER_CLIENT],
    ): Promise<RunningCompanion> {
      const { url, region } = queue();
      const settings = { queue: { url, region }, clients, pause, lines };
      const companion = await startInProcess(mock, { database }, settings);
      running.push(companion);
      return companion;
    },
    /** The database, with `before` in front of each event's statement. */
    guarded: (before: () => Promise<unknown>): Database => ({
      ...on.database,
      query: async (text, ...rest) => {
        if (text.includes('companion.apply_current')) await before();
        return on.database.query(text, ...rest);
      },
    }),
    /** An event about Ada. */
    message: (event: string, more: object = {}) => ({
      event,
      uid: uidOf(mock),
      ts: Math.floor(Date.now() / 1000),
      iss: 'api.accounts.firefox.com',
      ...more,
    }),
    look: async (origin: string, bearer: string) =>
      (await ask(`${origin}/v1/session`, 'GET', { bearer })).body,
    /** The messages counted in `/metrics`. */
    counted: async (origin: string) => {
      const headers = { authorization: `Basic ${btoa(`operator:${PASSWORD}`)}` };
      const { text } = await ask(`${origin}/metrics`, 'GET', { headers });
      return text.split('\n').filter((line) => line.startsWith('companion_queue_messages_total'));
    },
    allDeleted: (count: number) => expect.poll(() => queue().deleted.length).toBe(count),
  };
}

/** Holds up everything that passes until it is opened. */
export function gate() {
  let [reach, open] = [() => {}, () => {}];
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { reached, open, pass: () => (reach(), opened) };
}
