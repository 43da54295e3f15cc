// The companion of a test: a real one over HTTP, at the address the build asks. All share one database, emptied for each.
import { localSettings, webhooksTo } from '../../scripts/run/local-companion.ts';
import { startCompanion, type RunningCompanion } from '../../src/companion/start.ts';
import type { CompanionSettings } from '../../src/companion/config.ts';
import type { Database } from '../../src/companion/db/database.ts';
import { openEmbedded } from '../companion/db/embedded.ts';
import type { Log } from '../../src/companion/operations/log.ts';
import { empty } from '../companion/db/empty.ts';
import type { TestMockServer } from './mock-server.ts';

export interface TestCompanion {
  /** Starts it, or another in its place: with a new secret and an empty database, so it knows no account. */
  start(changes?: Partial<CompanionSettings>): Promise<void>;
  stop(): Promise<void>;
  /** What it has answered since it was started, such as `POST /v1/sessions 201`. */
  answered(): readonly string[];
}

let opened: Promise<Database> | undefined;

/** To be opened before the first test: that takes longer than any of them. */
export const theDatabase = () => (opened ??= openEmbedded());

/** The mock server tells it of what happens to accounts, as soon as it runs. */
export function testCompanion(mock: TestMockServer, port: number): TestCompanion {
  for (const [clientId, url] of Object.entries(webhooksTo(`http://127.0.0.1:${port}`))) {
    mock.events.register(clientId, url);
  }
  let running: RunningCompanion | undefined;
  let answered: string[] = [];
  const stop = async () => {
    await running?.stop();
    running = undefined;
  };
  return {
    stop,
    answered: () => answered,
    start: async (changes = {}) => {
      await stop();
      const database = await theDatabase();
      await empty(database);
      const answers: string[] = [];
      answered = answers;
      running = await startCompanion({
        settings: { ...(await localSettings({ issuer: mock.origin, port })), ...changes },
        log: listener(answers),
        version: { source: '', version: '', commit: '', build: '' },
        database,
        // However busy the machine is.
        pollAfter: () => 0,
      });
    },
  };
}

function listener(answers: string[]): Log {
  const event: Log['event'] = (type, { method, route, status } = {}) => {
    if (type === 'request') answers.push([method, route, status].join(' '));
  };
  return {
    writes: () => true,
    event,
    failure: () => undefined,
    tally: (type, fields, more) => event(type, { ...fields, ...more }),
    flush: () => undefined,
  };
}
