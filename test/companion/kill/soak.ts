// The soak of companions: two on one PostgreSQL server and one on the embedded database, under mixed load, while they
// and the server are restarted again and again. Nothing that was acknowledged is lost, and no process grows.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { newFolder, removeFolder } from '../../../scripts/driver/folders.ts';
import { startPostgres } from '../../../scripts/machine/postgres.mjs';
import { accountKey } from '../../../src/companion/clients.ts';
import { startMockServer } from '../../../src/mock-accounts/listen.ts';
import { createChance } from '../../harness/random.ts';
import { CLIENT, SECRET } from '../fakes/mock-and-companion.ts';
import { startFakeSqs } from '../fakes/sqs.ts';
import { builtCompanion, createSession, type BuiltCompanion, type Where } from '../harness.ts';
import { findViolations } from './invariants.ts';
import { startLoad } from './load.ts';
import { feedQueue } from './queue-feed.ts';
import { growthOf, SERVES_AGAIN_MS, soakCompanion, type SoakCompanion } from './soak-companion.ts';
import { startUsers } from './soak-users.ts';

/** Milliseconds at most between two restarts; and for which the database is away. */
const PAUSE = 6_000;
const AWAY = 2_000;
const MEASURE_EVERY = 2_000;
/** Accounts deleted under load, one after each restart. */
const DELETIONS = 20;
/** Pauses of the load: a soak is long, and shares its machine. */
const CALM = 20;
const QUEUE_PACE = 50;
const QUEUE_PATIENCE = 60_000;
/** Milliseconds until a message that a killed companion held is seen again. */
const VISIBILITY = 2_000;
/** Shares of the run: the first companion is restarted until then, the embedded one from then on. */
const FIRST_UNTIL = 0.4;
const EMBEDDED_FROM = 0.6;
/**
 * Of the resident memory of those two, who live 60 % of the run at least. A heap that warms up grew by a fifth in runs of
 * two minutes; in thirty, a leak of some kilobytes in each request makes more than this of it.
 */
const MOST_GROWTH = 1.3;

interface Parts {
  readonly minutes: number;
  readonly seed: number;
  readonly tell: (violation: string) => void;
  /** Called often; prints now and then. */
  readonly say: (progress: () => string) => void;
}

/** Returns the figures. */
export async function soak({ minutes, seed, tell, say }: Parts): Promise<string> {
  const chance = createChance(seed);
  const ends: (() => unknown)[] = [];
  const closing = async <T>(one: T | Promise<T>, end: (one: T) => unknown): Promise<T> => {
    const made = await one;
    ends.unshift(() => end(made));
    return made;
  };
  try {
    const built = await closing(builtCompanion(), ({ remove }) => remove());
    const server = await closing(startPostgres(), ({ stop }) => stop());
    const folder = await closing(newFolder('soak'), removeFolder);
    const sqs = await closing(startFakeSqs({ visibility: VISIBILITY }), ({ stop }) => stop());
    const site = (names: readonly string[], where: Where, env = {}) =>
      closing(openSite({ names, where, env, built, seed, tell }), ({ close }) => close());
    const pair = await site(['first', 'second'], { databaseUrl: server.url }, sqs.env);
    const alone = await site(['embedded'], { dataDir: join(folder, 'data') });
    const sites = [pair, alone];
    const companions = sites.flatMap((one) => one.companions);
    const [first, second, embedded] = companions;
    if (!first || !second || !embedded) throw new Error('There are three companions.');
    const feed = feedQueue(sqs, await pair.accounts('reader', 4), QUEUE_PACE);

    const [began, length] = [performance.now(), minutes * 60_000];
    const passed = () => (performance.now() - began) / length;
    const restarts = new Map<string, number>();
    let slowest = 0;
    let doing = 'loading';
    const figures = () => {
      const sum = (count: (one: (typeof sites)[number]) => number) =>
        sites.reduce((all, one) => all + count(one), 0);
      return [
        `${sum(({ load }) => load.delivered.length)} events, ${sqs.deleted.length} queued ones`,
        `${sum(({ load, users }) => (load.revoked.length + users.revoked.length) / 2)} sign-outs`,
        `${sum(({ users }) => users.done)} users`,
        `restarts: ${[...restarts].map(([what, count]) => `${what} ${count}`).join(', ')}`,
        `served again after ${(slowest / 1000).toFixed(1)} s at most`,
        `MiB: ${companions.map(({ name, lives }) => `${name} ${Math.round(lives.at(-1)?.at(-1) ?? 0)}`).join(', ')}`,
      ].join('; ');
    };
    const timer = setInterval(() => {
      for (const companion of companions) void companion.measure();
      say(() => `${doing}: ${figures()}`);
    }, MEASURE_EVERY);
    ends.unshift(() => clearInterval(timer));

    const away = async () => {
      await server.kill9();
      await wait(chance.next() * AWAY);
      await server.restart();
    };
    const ended = (companion: SoakCompanion) =>
      (['stop', 'kill9'] as const).map((how) => ({
        what: `${companion.name} ${how === 'stop' ? 'stopped' : 'killed'}`,
        hit: [companion],
        run: async () => {
          await companion[how]();
          companion.start();
        },
      }));
    while (passed() < 1) {
      await wait(chance.next() * PAUSE);
      const { what, hit, run } = chance.pick([
        { what: 'PostgreSQL killed', hit: [first, second], run: away },
        ...ended(second),
        ...(passed() < FIRST_UNTIL ? ended(first) : []),
        ...(passed() > EMBEDDED_FROM ? ended(embedded) : []),
      ]);
      const since = performance.now();
      await run();
      await Promise.all(hit.map((companion) => companion.serves(`after ${what}`)));
      slowest = Math.max(slowest, performance.now() - since);
      restarts.set(what, (restarts.get(what) ?? 0) + 1);
      for (const { deleteOne } of sites) deleteOne();
    }

    doing = 'checking';
    await feed.stop();
    await Promise.all(sites.map(({ rest }) => rest()));
    const until = performance.now() + QUEUE_PATIENCE;
    while (sqs.queue.length > 0 && performance.now() < until) await wait(100);
    if (sqs.queue.length > 0) tell(`${sqs.queue.length} messages are left in the queue`);
    for (const { users } of sites) await users.readAgain();
    const grown = [first, embedded].map((companion) => {
      const { early, late } = growthOf(companion);
      const figure = `${companion.name} from ${early.toFixed(1)} to ${late.toFixed(1)} MiB`;
      if (!(late < early * MOST_GROWTH)) tell(`memory is not flat: ${figure}`);
      return figure;
    });
    const last = figures();
    for (const companion of companions) await companion.stop();
    (await pair.violations(feed.expected)).forEach(tell);
    (await alone.violations([])).forEach(tell);
    return `${last}; over the longest life: ${grown.join(', ')}`;
  } finally {
    for (const end of ends) await end();
  }
}

interface SiteParts extends Pick<Parts, 'seed' | 'tell'> {
  readonly names: readonly string[];
  readonly where: Where;
  readonly env: Readonly<Record<string, string>>;
  readonly built: BuiltCompanion;
}

/** Companions on one database, with a mock server and load of their own. */
async function openSite({ names, where, env, built, seed, tell }: SiteParts) {
  const mock = await startMockServer({ era: 'today' });
  // So that kills also hit grants that are destroyed but not yet recorded as such.
  mock.faults.set([{ where: 'destroy', what: { kind: 'slow', ms: 40, at: 'after' } }]);
  const launch = () => built.start(mock, where, [], { env: { COMPANION_TRUSTED_PROXIES: '1', ...env } });
  const companions = names.map((name) => soakCompanion(name, launch, tell));
  for (const companion of companions) companion.start();
  await Promise.all(companions.map(({ serves }) => serves('at first')));
  const [origin = ''] = companions.map((one) => one.origin);
  const targets = () => companions.flatMap((one) => one.origin ?? []);
  const load = await startLoad(mock, origin, { deletions: DELETIONS, signOuts: 0, targets, calm: CALM });
  const users = startUsers({ mock, seed, companions, tell });
  const deletions: Promise<void>[] = [];
  return {
    companions,
    load,
    users,
    accounts: (name: string, count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const email = `${name}-${index}@example.com`;
          const { uid } = mock.store.accounts.add({ email, password: 'correct horse' });
          await createSession(mock, origin, { email });
          return { uid, key: accountKey(SECRET, CLIENT, uid).toString('hex') };
        }),
      ),
    deleteOne: () => {
      if (deletions.length < DELETIONS) deletions.push(load.deleteOne());
    },
    async rest() {
      await users.stop();
      await Promise.race([Promise.all(deletions), wait(SERVES_AGAIN_MS, undefined, { ref: false })]);
      await load.stop();
    },
    violations(entries: readonly string[]) {
      mock.faults.clear();
      const revoked = [...load.revoked, ...users.revoked];
      const deleted = [...load.deleted, ...users.deleted];
      const { delivered, kept, answers } = load;
      return findViolations({
        mock,
        built,
        where,
        load: { delivered, kept, answers, revoked, deleted, entries },
      });
    },
    async close() {
      await Promise.all(companions.map(({ kill9 }) => kill9()));
      await mock.stop();
    },
  };
}
