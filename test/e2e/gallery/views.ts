// The gallery: every view of every page, by name.
import { MEMORY } from '../../../src/session/state/storage-items.ts';
import type { JournalEntry } from '../../../src/session/state/record.ts';

import { unreadableView } from '../../../src/session/state/view.ts';
import { POPUP_VIEWS } from './popup-views.ts';
import { minutesAgo, NOW, page, signedInView, signedOutView, type Shown } from './shown.ts';

const JOURNAL: readonly JournalEntry[] = [
  { at: minutesAgo(4000), from: 'signedOut', to: 'signingIn', why: 'sign_in' },
  { at: minutesAgo(3999), from: 'signingIn', to: 'signedIn', why: 'sign_in' },
  { at: minutesAgo(1500), from: 'signedIn', to: 'needsReauth', why: 'password_changed' },
  { at: minutesAgo(1490), from: 'needsReauth', to: 'signingIn', why: 'sign_in' },
  { at: minutesAgo(1489), from: 'signingIn', to: 'needsReauth', why: 'cancelled' },
  { at: minutesAgo(91), from: 'needsReauth', to: 'signingIn', why: 'sign_in' },
  { at: minutesAgo(90), from: 'signingIn', to: 'signedIn', why: 'sign_in' },
];

const REFUSED: JournalEntry = { at: minutesAgo(9), from: 'signedIn', to: 'signedIn', why: 'tokens_refused' };
/** What befalls few: the browser lost its record, or keeps no keys, or a resource refused every token. */
const RARE: readonly JournalEntry[] = [
  { at: minutesAgo(400), from: 'signedIn', to: 'signedOut', why: 'record_lost' },
  { at: minutesAgo(390), from: 'signedOut', to: 'signingIn', why: 'sign_in' },
  { at: minutesAgo(389), from: 'signingIn', to: 'signedIn', why: 'sign_in' },
  { at: minutesAgo(200), from: 'signedIn', to: 'signedOut', why: 'keys_not_kept' },
  { at: minutesAgo(95), from: 'signedOut', to: 'signingIn', why: 'sign_in' },
  { at: minutesAgo(90), from: 'signingIn', to: 'signedIn', why: 'sign_in' },
  REFUSED,
];

const day = (daysAgo: number) => new Date(Date.now() + minutesAgo(daysAgo * 1440)).toISOString().slice(0, 10);

const METRICS = {
  pending: [
    { name: 'popup_opened', day: day(0), count: 3 },
    { name: 'engage', day: day(0), count: 1 },
  ],
  sent: [
    { name: 'sign_in_started', day: day(1), count: 2 },
    { name: 'sign_in_failed', detail: 'offline', day: day(1), count: 1 },
    { name: 'sign_in_completed', day: day(1), count: 1 },
  ],
  deletionPending: [],
};

const open = { ...signedInView, metrics: { on: true, blockedBy: [] } };
const closed = {
  ...signedInView,
  metrics: { on: false, blockedBy: ['account', 'switch', 'browser', 'dnt_gpc'] as const },
};

const PAGE_VIEWS: readonly Shown[] = [
  page('options-signed-out', 'options'),
  page('options-signed-in', 'options', { view: open, journal: JOURNAL, metrics: METRICS }),
  {
    ...page('options-unfolded', 'options', { view: open, journal: JOURNAL, metrics: METRICS }),
    unfolded: true,
  },
  page('options-metrics-closed', 'options', { view: closed, journal: JOURNAL }),
  page('options-by-policy', 'options', {
    view: { ...closed, sessionOnly: 'by_policy', metrics: { on: false, blockedBy: ['policy'] }, inTab: true },
  }),
  page('options-by-browser', 'options', {
    view: { ...signedInView, sessionOnly: 'by_browser', lastChange: REFUSED },
    journal: RARE,
  }),
  page('welcome-signed-out', 'welcome'),
  page('welcome-by-browser', 'welcome', { view: { ...signedOutView, sessionOnly: 'by_browser' } }),
  page('welcome-signing-in', 'welcome', {
    view: { ...signedOutView, status: 'signingIn', phase: 'window', via: 'window' },
  }),
  page('welcome-failed', 'welcome', { view: { ...signedOutView, problem: { code: 'offline', at: NOW } } }),
  page('welcome-unreadable', 'welcome', { view: unreadableView('storage_corrupt', NOW) }),
  page('welcome-signed-in', 'welcome', { view: signedInView }),
  page('picture', 'picture', { view: signedInView }),
  page('picture-signed-out', 'picture', { view: signedOutView }),
  page('doctor', 'doctor', { view: signedInView, journal: JOURNAL, metrics: METRICS }),
  page('doctor-signed-out', 'doctor'),
  {
    ...page('doctor-tokens-refused', 'doctor', {
      view: { ...signedInView, lastChange: REFUSED },
      journal: RARE,
    }),
    session: { [MEMORY.tokenLimits]: { 'some scope': { at: Date.now(), left: 0, open: true } } },
  },
];

export const VIEWS: readonly Shown[] = [...POPUP_VIEWS, ...PAGE_VIEWS];
