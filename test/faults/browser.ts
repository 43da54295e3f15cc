// A whole browser in a history: several backgrounds over one storage, pages waiting for the user, events that wake
// backgrounds.
import { isFxaError } from '../../src/fxa/errors.ts';
import type { SessionService } from '../../src/session/index.ts';
import { createChance, type Chance } from '../harness/random.ts';
import { createScheduler, type Scheduler } from '../harness/scheduler.ts';
import { trackGrants, type GrantTracker } from './grant-tracker.ts';
import { simulatedUser } from './simulated-user.ts';
import { brokenInvariants } from './invariants.ts';
import { watchFlights, wrongEnding, type UserActions, type Flights } from './watchers.ts';
import { createFaultHarness, type FaultHarness, type HarnessOptions } from './harness.ts';

export interface Command {
  readonly name: string;
  readonly context: number;
  settled: boolean;
}

interface Background {
  readonly context: number;
  readonly session: SessionService;
  readonly recovered: Promise<void>;
  readonly kill: () => void;
}

/** A page of Mozilla accounts in a window or tab. */
interface Page {
  readonly url: string;
  readonly end: (url: string) => void;
}

export interface Browser {
  readonly harness: FaultHarness;
  readonly chance: Chance;
  readonly scheduler: Scheduler;
  readonly grantTracker: GrantTracker;
  readonly flights: Flights;
  /** `leaps`: how often the clock moved by more than a minute between a window's launch and its appearance. */
  readonly userActions: UserActions & { kills: number; leaps: number };
  readonly trace: string[];
  readonly violations: string[];
  readonly commands: readonly Command[];
  readonly alive: readonly Background[];
  pages: readonly Page[];
  wrong(what: string): void;
  start(): Background;
  kill(background: Background): void;
  /** Gives a background a command, as the popup does; it starts after recovery. */
  command(background: Background, name: string, work: (session: SessionService) => Promise<unknown>): Command;
  /** The user signs in on a page. */
  finish(page: Page, email: string): Promise<void>;
  /** The browser ends, and starts again. */
  restart(): void;
}

export function createBrowser(seed: number, options: HarnessOptions): Browser {
  const chance = createChance(seed);
  const jitter = createChance(seed ^ 0x5eed);
  const scheduler = createScheduler();
  const trace: string[] = [];
  const violations: string[] = [];
  const wrong = (what: string) => {
    trace.push(`!! ${what}`);
    violations.push(what);
  };
  const flights = watchFlights(wrong);
  const harness = createFaultHarness({ ...options, random: jitter.next, around: flights.around });
  harness.kill();
  const { host } = harness;
  const grantTracker = trackGrants(harness);
  const userActions = { signOuts: 0, browserRestarts: 0, kills: 0, leaps: 0 };
  let alive: readonly Background[] = [];
  const commands: Command[] = [];

  host.hold = scheduler.hold;
  Object.defineProperty(host, 'answered', {
    get: () => scheduler.hold({ context: 0, call: 'the window appears', way: 'out' }),
  });
  host.simulatedUser = (url) =>
    new Promise((end) => {
      browser.pages = [...browser.pages, { url, end }];
    });
  host.onCall = (when, call) => {
    if (
      when === 'before' &&
      call === 'authWindow.launch' &&
      host.windows.open.length > 0 &&
      userActions.kills === 0 &&
      userActions.leaps === 0
    )
      wrong('a second window was asked for');
  };
  grantTracker.onRecord = (before, after) => {
    const what = wrongEnding(harness, userActions, before, after);
    if (what !== undefined) wrong(what);
  };

  /** An event goes to every background; without one, it wakes one. */
  const event = (name: string, work: (session: SessionService) => Promise<unknown>) => {
    trace.push(`event: ${name}`);
    if (alive.length === 0) browser.start();
    for (const background of alive) browser.command(background, name, work);
  };
  host.onWindow = (id) => event(`window ${id} is there`, (session) => session.windowCreated(id));
  host.onWindowGone = (id) => event(`window ${id} is gone`, (session) => session.windowRemoved(id));
  host.onTab = (id, url) => event(`tab ${id} comes back`, (session) => session.tabUpdated(id, url));
  host.onTabGone = (id) => event(`tab ${id} is gone`, (session) => session.tabRemoved(id));

  const browser: Browser = {
    ...{ harness, chance, scheduler, grantTracker, flights, userActions, trace, violations, commands, wrong },
    get alive() {
      return alive;
    },
    pages: [],
    start() {
      const { session, context, kill } = harness.start();
      const recovered = session
        .recover()
        .catch((error: unknown) => wrong(`recovery failed: ${String(error)}`));
      const background = { session, context, kill, recovered };
      alive = [...alive, background];
      trace.push(`#${context} starts`);
      browser.command(background, 'tend', () => session.runMaintenance());
      return background;
    },
    kill(background) {
      trace.push(`#${background.context} is killed`);
      userActions.kills++;
      background.kill();
      scheduler.forget(background.context);
      flights.land(background.context);
      alive = alive.filter((one) => one !== background);
    },
    command({ session, context, recovered }, name, work) {
      const command: Command = { name, context, settled: false };
      commands.push(command);
      const fail = (error: unknown) => {
        if (!isFxaError(error) || error.code === 'internal')
          wrong(`${name} failed: ${(error instanceof Error && error.stack) || String(error)}`);
      };
      void recovered
        .then(() => harness.metrics.alone(() => work(session)))
        .catch(fail)
        .finally(() => void (command.settled = true));
      return command;
    },
    async finish(page, email) {
      try {
        const end = await simulatedUser(harness.mock, email)(page.url);
        browser.pages = browser.pages.filter((one) => one !== page);
        page.end(end);
      } catch {
        // FxA: servers of 2019 refuse a return page without https. Faults affect pages too.
        trace.push('the page shows an error, and stays');
      }
    },
    restart() {
      trace.push('the browser ends, and starts again');
      userActions.browserRestarts++;
      for (const background of alive) browser.kill(background);
      browser.pages = [];
      host.tabs.clear();
      // No background exists to receive the events, and none is woken by them.
      const gone = host.onWindowGone;
      host.onWindowGone = () => undefined;
      for (const id of host.windows.open) host.closeWindow(id);
      host.windows.open = [];
      setImmediate(() => (host.onWindowGone = gone));
      host.memory.clear();
      host.alarms.clear();
      browser.start();
    },
  };
  return browser;
}

/** Records what is visibly wrong between any two calls. */
export function look({ harness, violations, wrong }: Browser): void {
  for (const what of brokenInvariants(harness)) if (!violations.includes(what)) wrong(what);
  for (const error of harness.host.reports.splice(0)) wrong(`reported: ${String(error)}`);
}

/** Call before moving the clock: a window expected within a minute may then be taken for a foreign one. */
export function leap({ harness, userActions }: Pick<Browser, 'harness' | 'userActions'>): void {
  const expected = harness.host.memory.get('authWindow') as { expectedAt?: number } | null | undefined;
  if (expected?.expectedAt !== undefined) userActions.leaps++;
}
