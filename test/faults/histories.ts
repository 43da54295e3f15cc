// Histories: actions in an order drawn from a seed, with the calls of all backgrounds released one at a time.
// Afterwards the network recovers and the alarms fire to the end; then nothing may be left over, forgotten or hanging.
//
// The same seed gives the same history: calls, answers, timers, clocks and chance are all drawn. Left to the machine
// are token values, and the order in which WebCrypto finishes two operations started in the same turn.
import { liveSession } from '../../src/session/state/states.ts';
import { actOnce, askToken, ringNext } from './user-actions.ts';
import { createBrowser, look, type Browser } from './browser.ts';
import { isDeletionPending, leftovers, metricsViolations, pendingRevocations } from './invariants.ts';
import type { HarnessOptions } from './harness.ts';

export interface History {
  readonly seed: number;
  readonly calls: number;
  /** Grants in answers that never reached storage. */
  readonly lost: number;
  readonly violations: readonly string[];
  /** The calls and the journal: enough to see how it came to this. */
  readonly tale: string;
}

const SERVERS: readonly HarnessOptions[] = [
  { era: 'today', family: 'oauth' },
  { era: 'today', family: 'auth' },
  { era: 'today', family: 'discovered' },
  { era: '2019', family: 'discovered' },
  { era: '2023', family: 'oauth' },
  { era: '2023', family: 'auth' },
  { era: 'next', family: 'oauth' },
];

const MOST_STEPS = 20_000;

/** Stops when the signal of the test aborts. */
export async function play(seed: number, signal: AbortSignal): Promise<History> {
  const turn = Math.floor(seed / SERVERS.length);
  const server = {
    signal,
    ...SERVERS[seed % SERVERS.length],
    companion: turn % 2 === 0,
    ...(Math.floor(turn / 2) % 2 === 0 && { consent: true }),
    keys: Math.floor(turn / 4) % 2 === 0,
  };
  const browser = createBrowser(seed, server);
  let lost = 0;
  try {
    await live(browser);
    await heal(browser);
    lost = await judge(browser);
  } catch (error) {
    signal.throwIfAborted();
    browser.wrong(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    browser.harness.stop();
  }
  const { violations, trace, harness } = browser;
  const journal = (harness.record()?.journal ?? []).map(
    ({ at, from, to, why }) => `${at} ${from} -> ${to}: ${why}`,
  );
  const record = JSON.stringify({ ...harness.record(), journal: undefined }, null, 1);
  const tale = [
    `seed ${seed}, ${server.era}, ${server.family}, ${server.companion ? 'with' : 'without'} a companion`,
    ...trace,
    'journal:',
    ...journal,
    record,
  ].join('\n');
  return { seed, calls: trace.filter((line) => line.startsWith('#')).length, lost, violations, tale };
}

/** Advances pending work by one step; false when there is nothing pending. */
async function move(browser: Browser): Promise<boolean> {
  const { harness, scheduler, chance, trace } = browser;
  await harness.time.quiet();
  if (scheduler.waiting > 0 && !(harness.time.timers > 0 && chance.one(0.01))) {
    trace.push(scheduler.release(chance.below(scheduler.waiting)));
  } else if (!harness.time.tick()) return false;
  await harness.time.quiet();
  look(browser);
  return true;
}

async function live(browser: Browser): Promise<void> {
  const { chance, scheduler } = browser;
  browser.harness.host.tabsAllowed = chance.one(0.5);
  browser.start();
  // Some histories are sequential, in others everything overlaps.
  const haste = chance.pick([0.02, 0.05, 0.15]);
  for (let left = 5 + chance.below(25); left > 0;) {
    if (scheduler.waiting === 0 || chance.one(haste)) {
      actOnce(browser);
      left--;
    }
    await move(browser);
  }
}

async function settle(browser: Browser): Promise<void> {
  for (let steps = 0; await move(browser); steps++) {
    if (steps > MOST_STEPS) throw new Error('It never comes to rest.');
  }
}

/** The network recovers, the clock is right again, and open pages are closed. */
async function heal(browser: Browser): Promise<void> {
  const { harness, trace } = browser;
  const { host, mock } = harness;
  trace.push('-- everything heals');
  mock.faults.clear();
  harness.companion.mood = 'truthful';
  Object.assign(host, { skew: 0, keyless: false, windowless: false });
  await closePages(browser);
  const hanging = browser.commands.filter(
    ({ settled, context }) => !settled && browser.alive.some((one) => one.context === context),
  );
  for (const { name, context } of hanging) browser.wrong(`#${context} never ends: ${name}`);

  // The next background finds what the dead one left.
  for (const background of browser.alive) browser.kill(background);
  browser.start();
  // A click kept for a permission may still open a tab.
  await closePages(browser);
  trace.push('-- the alarms ring to the end');
  await ring(browser);
}

async function closePages(browser: Browser): Promise<void> {
  const { host } = browser.harness;
  for (let rounds = 0; rounds < 20; rounds++) {
    await settle(browser);
    if (host.windows.open.length + host.tabs.size === 0) break;
    for (const id of host.windows.open) host.closeWindow(id);
    for (const id of host.tabs.keys()) host.closeTab(id);
  }
}

/** Long enough for every session to be checked at least twice. */
const LONG_MS = 3 * 3_600_000;

/** The longest back-off of the outbox: six hours plus a quarter. */
const LONGEST_SLEEP_MS = 8 * 3_600_000;

/** From here on only alarms wake a background. */
async function ring(browser: Browser): Promise<void> {
  const { harness, wrong } = browser;
  const { alarms } = harness.host;
  const end = harness.time.now() + LONG_MS;
  for (let rings = 0; rings < 200; rings++) {
    const record = harness.record();
    const waiting = pendingRevocations(harness).length > 0;
    if (alarms.size === 0) {
      if (waiting) wrong('no alarm is set for the outbox');
      if (isDeletionPending(harness)) wrong('no alarm is set for counts to delete');
      if (record && liveSession(record.session)) wrong('no alarm is set for the session');
      return;
    }
    if (harness.time.now() > end && !waiting && !isDeletionPending(harness)) return;
    const sleeps = Math.min(...alarms.values()) - harness.time.now();
    if (waiting && sleeps > LONGEST_SLEEP_MS) {
      wrong(`the outbox is left alone for ${Math.round(sleeps / 3_600_000)} hours`);
      return;
    }
    ringNext(harness);
    for (const background of browser.alive)
      browser.command(background, 'tend', (session) => session.runMaintenance());
    await settle(browser);
  }
}

/** Checks the final state. Returns how many grants were never known here. */
async function judge(browser: Browser): Promise<number> {
  const { harness, grantTracker, flights, alive, wrong } = browser;
  const { host, mock } = harness;
  look(browser);
  for (const what of [...leftovers(harness), ...metricsViolations(harness)]) wrong(what);
  const record = harness.record();
  if (record?.session.status === 'signingIn') wrong('an attempt never ended');
  if (pendingRevocations(harness).length > 0) wrong('the outbox never empties');
  if (host.windows.open.length > 0) wrong('a window is left');
  if (grantTracker.forgottenGrants().length > 0) wrong('a grant was forgotten');
  const lost = grantTracker.lostGrants();
  for (const id of lost) {
    const to = flights.delivered.get(id);
    if (alive.some(({ context }) => context === to))
      wrong('an answer came, and its grant was never written down');
  }
  const base = record && liveSession(record.session);
  if (!base) return lost.length;
  if (!mock.store.tokens.refreshTokenById(base.grant.refreshTokenId))
    wrong('the end of the session went unnoticed');
  const { uid, metricsEnabled } = base.account.profile ?? {};
  const person = mock.store.accounts.byUid(uid ?? '');
  const told = harness.config.companion && mock.context.rules.metricsEvents;
  if (told && person && metricsEnabled !== person.metricsEnabled)
    wrong('a change of metrics consent went unnoticed');
  const [background] = alive;
  if (!background) return lost.length;
  const asked = browser.command(background, 'a token in the end', (session) =>
    askToken(browser, session, 'profile').catch((error: unknown) =>
      wrong(`there is no token: ${String(error)}`),
    ),
  );
  await settle(browser);
  if (!asked.settled) wrong('a token request never settles');
  return lost.length;
}
