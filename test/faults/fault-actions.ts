// What happens in a history without the user: crashes, server events, faults, clock changes.
import type { Fault, FaultEffect } from '../../src/mock-accounts/faults/model.ts';
import { SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { MOODS } from './fake-companion.ts';
import { HOUR, MINUTE, EMAILS, accounts, type Action } from './action.ts';
import { leap } from './browser.ts';

const DAY = 24 * HOUR;

const TROUBLES: readonly FaultEffect[] = [
  { kind: 'drop' },
  { kind: 'drop-after' },
  { kind: 'truncated', cut: 'connection' },
  { kind: 'truncated', cut: 'json' },
  { kind: 'silence' },
  { kind: 'slow', ms: 60_000 },
  { kind: 'slow', ms: 60_000, at: 'after' },
  { kind: 'slow', ms: 60_000, at: 'body' },
  { kind: 'slow', ms: 3000 },
  { kind: 'html' },
  { kind: 'html', status: 403, cors: true },
  { kind: 'not-json' },
  { kind: 'empty' },
  { kind: 'status', status: 404 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 429, retryAfter: 120 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 503, retryAfter: 120 },
];
const PLACES = ['api', 'token', 'exchange', 'refresh', 'destroy', 'profile', 'jwks', 'discovery'] as const;

export const FAULT_ACTIONS: readonly Action[] = [
  {
    name: 'another background starts',
    weight: 1,
    possible: ({ alive }) => alive.length < 3,
    act: (browser) => void browser.start(),
  },
  {
    name: 'a background dies',
    weight: 1.5,
    possible: ({ alive }) => alive.length > 0,
    act(browser) {
      browser.kill(browser.chance.pick(browser.alive));
      return undefined;
    },
  },
  {
    name: 'the browser restarts',
    weight: 0.4,
    act(browser) {
      browser.restart();
      return undefined;
    },
  },
  {
    name: 'the companion is',
    weight: 1,
    act({ harness: { companion }, chance }) {
      companion.mood = chance.pick(MOODS);
      return companion.mood;
    },
  },
  {
    name: 'the companion forgets everything',
    weight: 0.3,
    act({ harness: { companion } }) {
      companion.forget();
      return undefined;
    },
  },
  {
    name: 'tabs are allowed or not',
    weight: 0.5,
    act: ({ harness: { host } }) => void (host.tabsAllowed = !host.tabsAllowed),
  },
  {
    name: 'windows are refused or not',
    weight: 0.3,
    act: ({ harness: { host } }) => void (host.windowless = !host.windowless),
  },
  {
    name: 'keys are kept or not',
    weight: 0.2,
    act: ({ harness: { host } }) => void (host.keyless = !host.keyless),
  },
  {
    name: 'a disconnect in Connected services',
    weight: 0.5,
    act({ harness, chance }) {
      const { store } = harness.mock;
      const account = store.accounts.byEmail(chance.pick(EMAILS));
      if (account) store.disconnect(account.uid, harness.config.clientId);
      return undefined;
    },
  },
  {
    name: 'a new password',
    weight: 0.5,
    act(browser) {
      const { store } = browser.harness.mock;
      const account = store.accounts.byEmail(browser.chance.pick(accounts(browser)));
      if (account) store.changePassword(account, SEED_PASSWORD);
      return undefined;
    },
  },
  {
    name: 'another mind about metrics',
    weight: 0.5,
    act(browser) {
      const { store } = browser.harness.mock;
      const account = store.accounts.byEmail(browser.chance.pick(accounts(browser)));
      if (account) store.setMetricsEnabled(account, !account.metricsEnabled);
      return String(account?.metricsEnabled);
    },
  },
  {
    name: 'an account is deleted',
    weight: 0.15,
    act({ harness: { mock } }) {
      const account = mock.store.accounts.byEmail('noor@example.com');
      if (account) mock.store.deleteAccount(account.uid);
      return undefined;
    },
  },
  {
    name: 'a fault',
    weight: 2,
    act({ harness, chance }) {
      const what = chance.pick(TROUBLES);
      const times = chance.one(0.7) ? 1 + chance.below(3) : undefined;
      const fault: Fault = { where: chance.pick(PLACES), what, ...(times !== undefined && { times }) };
      harness.mock.faults.add(fault);
      return JSON.stringify(fault);
    },
  },
  {
    name: 'no faults any more',
    weight: 1,
    act({ harness }) {
      harness.mock.faults.clear();
      return undefined;
    },
  },
  {
    name: 'our clock jumps',
    weight: 0.6,
    act(browser) {
      const { harness, chance } = browser;
      const { host } = harness;
      leap(browser);
      host.skew = chance.pick([0, 0, HOUR, -HOUR, DAY, -DAY, 3650 * DAY, -3650 * DAY]);
      return `to ${host.skew / HOUR} h`;
    },
  },
  {
    name: 'time passes',
    weight: 1.5,
    act(browser) {
      const { harness, chance } = browser;
      leap(browser);
      const ms = chance.pick([MINUTE, 10 * MINUTE, HOUR, 3 * HOUR]);
      harness.time.advance(ms);
      return `${ms / MINUTE} min`;
    },
  },
];
