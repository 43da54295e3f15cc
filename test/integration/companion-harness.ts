// An extension, a mock server and a real companion that receives its events: all in this process, over HTTP.
import { freePort } from '../../scripts/machine/free-port.mjs';
import { startCompanion, type RunningCompanion } from '../../src/companion/start.ts';
import type { CompanionSettings } from '../../src/companion/config.ts';
import type { Database } from '../../src/companion/db/database.ts';
import { openEmbedded } from '../companion/db/embedded.ts';
import { createLog } from '../../src/companion/operations/log.ts';
import { WEBHOOK_PATH } from '../../src/companion/routes/webhooks.ts';
import type { AnyEra } from '../../src/mock-accounts/era.ts';
import { JITTER } from '../../src/fxa/back-off.ts';
import type { Account } from '../../src/mock-accounts/store/types.ts';
import { empty } from '../companion/db/empty.ts';
import { CLIENT, createHarness, type Harness } from './harness.ts';

/** Seconds between two polls while the extension is used. */
export const EVERY = 300;

export interface CompanionHarness extends Harness {
  /** The companion's, without a trailing slash. */
  readonly companion: string;
  /** Starts the companion, with an empty database, at the address the extension was built with. */
  startCompanion(): Promise<void>;
  /** Starts it again, with what it had. */
  restartCompanion(): Promise<void>;
  stopCompanion(): Promise<void>;
  /** All its counts. */
  counted(): Promise<readonly { name: string; count: number }[]>;
  /** Fires the companion's alarm: time passes, and the background runs its maintenance. */
  later(): Promise<void>;
  readonly ada: Account;
  /** Everything the companion has logged. */
  readonly logged: string[];
}

export async function createCompanionHarness(
  era: AnyEra = 'today',
  options: Parameters<typeof createHarness>[1] = {},
): Promise<CompanionHarness> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const harness = await createHarness(era, {
    ...options,
    companion: { origin, every: EVERY },
    metrics: { entrypoint: 'test-button', utm: { source: 'tests' } },
  });
  const { mock, host } = harness;
  mock.events.register(CLIENT, origin + WEBHOOK_PATH);
  const logged: string[] = [];
  let running: RunningCompanion | undefined;
  const settings: CompanionSettings = {
    issuer: mock.origin,
    clients: [
      {
        clientId: CLIENT,
        name: 'test',
        scope: 'profile:uid',
        space: 'test',
        jwt: false,
        origin: 'https://tests.example',
      },
    ],
    secret: new Uint8Array(32).fill(7),
    host: '127.0.0.1',
    port,
    extensionIds: [],
    tokenCheck: 'introspect',
    realm: 'companion',
    trustedProxies: 0,
    logLevel: 'debug',
  };
  const log = createLog({
    format: 'mozlog',
    level: 'debug',
    out: { write: (line) => void logged.push(line) },
  });

  const stopCompanion = async () => {
    await running?.stop();
    running = undefined;
  };
  const companionWorld: CompanionHarness = Object.assign(harness, {
    companion: origin,
    logged,
    get ada() {
      const account = mock.store.accounts.byEmail('ada@example.com');
      if (!account) throw new Error('Ada has no account.');
      return account;
    },
    async startCompanion() {
      await empty(await theDatabase());
      await companionWorld.restartCompanion();
    },
    async restartCompanion() {
      const database = await theDatabase();
      const version = { source: '', version: '', commit: '', build: '' };
      // However busy the machine is.
      const pollAfter = () => 0;
      running = await startCompanion({ settings, log, version, database, pollAfter });
    },
    stopCompanion,
    counted: async () =>
      (await theDatabase()).query<{ name: string; count: number }>(
        'select name, sum(count)::integer as count from companion.metric group by name order by name',
      ),
    async later() {
      host.skew += EVERY * (1 + JITTER) * 1000;
      await harness.session.runMaintenance();
    },
  });
  const { stop } = harness;
  companionWorld.stop = async () => {
    await stop();
    await stopCompanion();
  };
  return companionWorld;
}

let opened: Promise<Database> | undefined;

/** One for all tests of a process: making one takes longer than any of them. */
const theDatabase = () => (opened ??= openEmbedded());
