// What a picture of the gallery is of: a page, and the storage it shows.
import { LOCAL } from '../../../src/session/state/storage-items.ts';
import type { MetricsQueue } from '../../../src/session/metrics/queue.ts';
import type { JournalEntry } from '../../../src/session/state/record.ts';
import { VIEW_VERSION, type AccountView, type View } from '../../../src/session/state/view.ts';

/** What pages read in `storage.local`. */
export interface Stored extends Record<string, unknown> {
  readonly view?: View;
  readonly journal?: readonly JournalEntry[];
  readonly [LOCAL.metrics]?: MetricsQueue;
}

export interface Shown {
  /** Unique; the name of its picture. */
  readonly name: string;
  /** A folder of src/extension/pages. */
  readonly page: string;
  readonly stored: Required<Stored>;
  /** Items of `storage.session`; absent: none. */
  readonly session?: Readonly<Record<string, unknown>>;
  /** With everything unfolded that can be. */
  readonly unfolded?: true;
}

const MINUTE = 60_000;
/** Instants are told from the moment at which they are shown, in milliseconds: what has just gone wrong is of interest. */
export const minutesAgo = (minutes: number): number => -minutes * MINUTE;
export const NOW = -1000;

/** What to write into storage to show it now. */
export function storedNow({ stored }: Shown): Stored {
  const now = Date.now();
  const fill = (key: string, value: unknown) =>
    (key === 'at' || key === 'since') && typeof value === 'number' ? now + value : value;
  return JSON.parse(JSON.stringify(stored), fill) as Stored;
}

const NOTHING: Omit<View, 'status'> = {
  version: VIEW_VERSION,
  sessionOnly: 'off',
  pendingRevocations: 0,
  metrics: { on: false, blockedBy: ['switch'] },
  issuer: 'http://127.0.0.1:9720',
  tab: true,
};

export const ADA: AccountView = {
  uid: 'a'.repeat(32),
  email: 'ada@example.com',
  displayName: 'Ada Lovelace',
  metricsEnabled: true,
  mayChange: ['name', 'picture'],
};

const IN: JournalEntry = { at: minutesAgo(90), from: 'signedOut', to: 'signedIn', why: 'sign_in' };

/** A popup; what is not given is as it mostly is. */
export function popup(name: string, view: Partial<View> & Pick<View, 'status'>): Shown {
  return { name: `popup-${name}`, page: 'popup', stored: stored({ view: { ...NOTHING, ...view } }) };
}

/** The same during a session. */
export function popupOf(name: string, account: AccountView = ADA, view: Partial<View> = {}): Shown {
  const base = { status: 'signedIn', account, since: IN.at, lastChange: IN } as const;
  return popup(name, { ...base, ...view });
}

export function page(name: string, of: string, items: Stored = {}): Shown {
  return { name, page: of, stored: stored(items) };
}

export const signedOutView: View = { ...NOTHING, status: 'signedOut' };
export const signedInView: View = {
  ...NOTHING,
  status: 'signedIn',
  account: ADA,
  since: IN.at,
  lastChange: IN,
};

/** Whole, so that nothing is left of the picture before. */
function stored({
  view = signedOutView,
  journal = [],
  metrics = { pending: [], sent: [], deletionPending: [] },
}: Stored): Shown['stored'] {
  return { view, journal, metrics };
}
