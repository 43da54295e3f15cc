// The user's actions in a history, with their weights.
import type { BoundToken, SessionService } from '../../src/session/index.ts';
import { HOUR, accounts, type Action } from './action.ts';
import { leap, type Browser } from './browser.ts';
import { KEY_SCOPE } from './fake-keys.ts';
import { FAULT_ACTIONS } from './fault-actions.ts';
import { wrongKey, wrongToken } from './account-of-token.ts';
import type { FaultHarness } from './harness.ts';

/** Advances to the next alarm, and fires it. */
export function ringNext({ host, time }: FaultHarness): void {
  const next = Math.min(...host.alarms.values());
  time.advance(Math.max(0, next - time.now() - host.skew));
  for (const [name, at] of host.alarms) if (at <= time.now() + host.skew) host.alarms.delete(name);
}

/** A command to one of the backgrounds; wakes one if there is none. */
function command(
  name: string,
  weight: number,
  work: (browser: Browser) => Parameters<Browser['command']>[2],
): Action {
  return {
    name,
    weight,
    act(browser) {
      const background = browser.alive.length > 0 ? browser.chance.pick(browser.alive) : browser.start();
      browser.command(background, name, work(browser));
      return `to #${background.context}`;
    },
  };
}

/** Asks for a token, and checks its account. */
export async function askToken(
  { harness, wrong }: Browser,
  session: SessionService,
  scope: string,
  refused?: BoundToken,
): Promise<void> {
  const given = await session.accessToken(scope, refused);
  const what = wrongToken(harness, given, { began: harness.metrics.began(), refused });
  if (what !== undefined) wrong(what);
}

async function askKey({ harness, wrong }: Browser, session: SessionService): Promise<void> {
  const what = wrongKey(await session.scopedKey(KEY_SCOPE), harness.metrics.began());
  if (what !== undefined) wrong(what);
}

/** The newest cached token and its account as the server knows it; undefined without one. */
function newestToken({ tokens, mock }: FaultHarness): BoundToken | undefined {
  const held = tokens().at(-1);
  const uid = held && mock.store.tokens.findAccessToken(held.token)?.uid;
  return held && uid !== undefined ? { ...held, uid } : undefined;
}

const ACTIONS: readonly Action[] = [
  command('sign in', 5, () => (session) => session.signIn()),
  command('use another account', 1, () => (session) => session.signIn({ forceLogin: true })),
  command('sign in in a tab', 2, () => (session) => session.signInInTab()),
  command('the permission is there', 0.5, (browser) => {
    browser.harness.host.tabsAllowed = true;
    return (session) => session.permissionAdded();
  }),
  command('cancel', 2, () => (session) => session.cancelSignIn()),
  command('show the window', 0.5, () => (session) => session.showWindow()),
  command('sign out', 1.5, (browser) => {
    browser.userActions.signOuts++;
    return (session) => session.signOut();
  }),
  command('sign out and ask', 0.7, (browser) => {
    browser.userActions.signOuts++;
    return (session) => session.signOut({ forceLogin: true });
  }),
  command('look for news', 3, () => (session) => session.refreshProfile()),
  command('a token', 3, (browser) => (session) => askToken(browser, session, 'profile')),
  command('a token of one kind', 1, (browser) => (session) => askToken(browser, session, 'profile:email')),
  command('a token in place of a refused one', 1, (browser) => {
    const refused = newestToken(browser.harness);
    return (session) => askToken(browser, session, 'profile', refused);
  }),
  // Refused in builds without keys.
  command('a key', 1.5, (browser) => (session) => askKey(browser, session)),
  command('sessions end with the browser', 0.7, () => (session) => session.setSessionOnly(true)),
  command('sessions outlive the browser', 0.7, () => (session) => session.setSessionOnly(false)),
  command('the popup is opened', 1.5, () => (session) => session.popupOpened()),
  command('metrics are allowed', 0.5, () => (session) => session.setMetrics(true)),
  command('metrics are refused', 0.5, () => (session) => session.setMetrics(false)),
  command('the browser objects', 0.2, () => (session) => session.setDntGpc(true)),
  command('the browser is silent', 0.4, () => (session) => session.setDntGpc(false)),
  command('a hint of a new password', 1, () => (session) => session.suspectEnd('password_changed')),
  command('a hint of a deleted account', 0.3, () => (session) => session.suspectEnd('account_deleted')),
  command('tend', 1, () => (session) => session.runMaintenance()),
  {
    name: 'all backgrounds ask at once, an hour later',
    weight: 1.5,
    possible: ({ alive }) => alive.length > 0,
    act(browser) {
      leap(browser);
      browser.harness.time.advance(HOUR);
      const ask = ['a token', 'another token', 'news'] as const;
      for (const background of browser.alive)
        for (const what of ask)
          browser.command(background, what, (session) =>
            what === 'news' ? session.refreshProfile() : askToken(browser, session, 'profile'),
          );
      return undefined;
    },
  },
  {
    name: 'two clicks at once',
    weight: 1,
    possible: ({ alive }) => alive.length > 0,
    act(browser) {
      for (const background of [browser.chance.pick(browser.alive), browser.chance.pick(browser.alive)])
        browser.command(background, 'sign in, at once', (session) => session.signIn());
      return undefined;
    },
  },
  {
    name: 'an alarm rings',
    weight: 2,
    possible: ({ harness }) => harness.host.alarms.size > 0,
    act(browser) {
      ringNext(browser.harness);
      const background = browser.alive[0] ?? browser.start();
      browser.command(background, 'tend, by alarm', (session) => session.runMaintenance());
      return undefined;
    },
  },
  {
    name: 'the user signs in',
    weight: 8,
    possible: ({ pages }) => pages.length > 0,
    act(browser) {
      const email = browser.chance.pick(accounts(browser));
      void browser.finish(browser.chance.pick(browser.pages), email);
      return `as ${email.split('@')[0]}`;
    },
  },
  {
    name: 'the user closes what is open',
    weight: 1,
    possible: ({ harness: { host } }) => host.windows.open.length + host.tabs.size > 0,
    act({ harness: { host } }) {
      for (const id of host.windows.open) host.closeWindow(id);
      for (const id of host.tabs.keys()) host.closeTab(id);
      return undefined;
    },
  },
];

/** Performs one possible action. */
export function actOnce(browser: Browser): void {
  const possible = [...ACTIONS, ...FAULT_ACTIONS].filter((action) => action.possible?.(browser) ?? true);
  let left = browser.chance.next() * possible.reduce((sum, { weight }) => sum + weight, 0);
  const action = possible.find(({ weight }) => (left -= weight) < 0) ?? possible.at(-1);
  if (!action) return;
  const at = browser.trace.push(`-- ${action.name}`) - 1;
  const more = action.act(browser);
  if (more !== undefined) browser.trace[at] = `-- ${action.name} ${more}`;
}
