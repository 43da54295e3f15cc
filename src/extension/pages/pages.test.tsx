// Every page renders whatever parseRecord accepts, however damaged the stored record is.
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import type { VNode } from 'preact';
import renderToString from 'preact-render-to-string';
import { beforeAll, expect, it, vi } from 'vitest';
import { isFxaError } from '../../fxa/errors.ts';
import type { Environment } from '../../session/metrics/consent.ts';
import { parseRecord } from '../../session/state/parse-record.ts';
import type { StoredRecord } from '../../session/state/record.ts';
import { projectView, type View } from '../../session/state/view.ts';

const messages = JSON.parse(readFileSync('public/_locales/en/messages.json', 'utf8')) as Record<
  string,
  { message: string } | undefined
>;
const getMessage = (key: string) => (Object.hasOwn(messages, key) ? (messages[key]?.message ?? '') : '');
vi.mock('../browser/api.ts', () => ({ browser: { i18n: { getMessage } } }));
vi.stubGlobal('__PAGE_FACTS__', {
  environment: 'stage',
  returnPagePattern: 'https://companion.example/*',
  servers: {
    builtIn: { issuer: 'https://accounts.example', clientId: '0123456789abcdef' },
    presets: {},
  },
});
vi.stubGlobal('document', { activeElement: null });
vi.stubGlobal('__BUILD__', { environment: 'stage' });
vi.stubGlobal('__TESTER__', false);

// A week later it would no longer be shown.
vi.setSystemTime(1_790_000_060_000);
const problem = { code: 'rate_limited', reason: 'refused', retryAfter: 60, at: 1_790_000_000_000 } as const;
const account = {
  subject: 'ab'.repeat(16),
  profileAt: 1_790_000_000_000,
  keyIds: { 'https://identity.mozilla.com/apps/notes': { kid: '1-a' } },
  profile: {
    uid: 'ab'.repeat(16),
    email: 'ada@example.com',
    displayName: 'Ada',
    avatar: 'https://profile.example/a.png',
    subscriptions: ['vpn'],
    amrValues: ['pwd'],
    metricsEnabled: true,
  },
};
const signedIn = {
  status: 'signedIn',
  id: 's1',
  since: 1_790_000_000_000,
  account,
  grant: {
    refreshTokenId: 'id',
    scope: 'profile:display_name:write',
    sealed: { refreshToken: 's', keys: 'k' },
  },
  replacedOther: true,
  suspectedEnd: 'password_changed',
  profileError: problem,
  attemptError: problem,
} as const;
const attempt = { id: 'a1', startedAt: 1_790_000_000_000, phase: 'window', via: 'tab' } as const;
const sessions: readonly StoredRecord['session'][] = [
  { status: 'signedOut', attemptError: problem, endReason: problem, metricsAllowed: true },
  signedIn,
  { status: 'needsReauth', account, endReason: problem, attemptError: problem },
  { status: 'signingIn', attempt, previous: signedIn },
];
const records = sessions.map((session): StoredRecord => ({
  version: 3,
  deployment: 'https://accounts.example client',
  session,
  outbox: [
    {
      refreshTokenId: 'id',
      issuer: 'https://accounts.example',
      owner: 's0',
      since: 1,
      attempts: 1,
      notBefore: 1,
    },
  ],
  journal: [{ at: 1_790_000_000_000, from: 'signedIn', to: 'needsReauth', why: 'grant_revoked' }],
  settings: { sessionOnly: true, metrics: true, inTab: true },
}));
const surroundings: Environment = {
  issuer: 'https://accounts.example',
  policy: { sessionOnly: false, metricsOff: false },
  consent: true,
  keepsKeys: true,
  companion: true,
  tab: true,
};

/** Values that storage may contain in any place: damaged, from another version, or made up. */
const NUMBERS = [0, -1, 0.5, 8.64e15, 8.64e15 + 1, 1e20, -1e20, 1e300, Number.NaN, Number.POSITIVE_INFINITY];
const TEXTS = [
  '',
  'abc',
  'toString',
  '__proto__',
  'constructor',
  'made_up',
  '\u200b',
  '\u202eadA',
  '\ud800',
  'x',
];
const odd = fc.oneof(
  fc.constantFrom<unknown>(...NUMBERS, ...TEXTS, null, undefined, true, false),
  fc.constantFrom<unknown>({}, [], [{}], [null], ['abc'], [['abc']], { length: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const change = fc.record({
  at: fc.array(fc.nat(), { minLength: 2, maxLength: 7 }),
  to: odd,
  /** Keeps the type half of the time; otherwise hardly any record would be accepted. */
  alike: fc.option(fc.record({ number: fc.constantFrom(...NUMBERS), string: fc.constantFrom(...TEXTS) }), {
    freq: 2,
  }),
});
type Damage = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Follows a path of member indexes into the record, and replaces the value at its end. */
function damage(record: unknown, { at, to, alike }: Damage): void {
  let [place, name] = [record as Record<string, unknown>, ''];
  for (const step of at) {
    const next: unknown = name === '' ? place : place[name];
    if (typeof next !== 'object' || next === null) break;
    const names = Object.keys(next);
    if (names.length === 0) break;
    place = next as Record<string, unknown>;
    name = names[step % names.length] ?? '';
  }
  const type = typeof place[name];
  const swaps: Readonly<Partial<Record<string, unknown>>> = alike ?? {};
  place[name] = Object.hasOwn(swaps, type) ? swaps[type] : to;
}

let pages: (view: View, record: StoredRecord) => readonly VNode[];

beforeAll(async () => {
  const { Popup } = await import('./popup/popup.tsx');
  const { fetchOtherViews } = await import('./popup/popup.tsx');
  const { SignedInMore } = await import('./popup/signed-in-more.tsx');
  const { Options } = await import('./options/options.tsx');
  const { Welcome } = await import('./welcome/welcome.tsx');
  const { Picture } = await import('./picture/picture.tsx');
  await fetchOtherViews();
  pages = (view, { journal }) => [
    <Popup view={view} />,
    <SignedInMore view={view} />,
    <Options view={view} journal={journal} />,
    <Welcome view={view} />,
    <Picture view={view} />,
  ];
});

function show(record: StoredRecord): readonly string[] {
  return pages(projectView(record, surroundings), record).map((page) => renderToString(page));
}

it('shows account, problem and subscriptions of a complete record on every page', () => {
  const [popup = '', more = '', options = ''] = records.flatMap(show);
  expect(popup).toContain(messages.error_rate_limited?.message);
  const [inPopup = '', inMore = ''] = records.slice(1, 2).flatMap(show);
  expect(inPopup).toContain('Ada');
  expect(inMore).toContain('vpn');
  expect(more + options).toContain('<time');
});

it('shows the email address and its letter in place of an invisible name', () => {
  for (const displayName of ['\u200b\u200b', '\u3164', '\u2800', '\u202e\u2069']) {
    const named = {
      ...signedIn,
      account: { ...account, profile: { uid: account.subject, email: 'lin@example.com', displayName } },
    };
    const [popup = ''] = show(parseRecord({ ...records[1], session: named }, ''));
    expect(popup).toMatch(/class="name"><bdi>lin@example\.com<\/bdi>/);
    expect(popup).toMatch(/class="avatar letter"[^>]*>L</);
    expect(popup).not.toContain('class="email"');
  }
});

it('shows the message for internal errors for an unknown code', () => {
  for (const code of ['made_up', 'toString', 'constructor']) {
    const session = { status: 'signedOut', attemptError: { code, reason: code, at: Date.now() } } as const;
    const record = parseRecord({ ...records[0], session }, '');
    const [popup = ''] = show(record);
    expect(popup).toContain(messages.error_internal?.message);
    expect(popup).not.toMatch(/(?:error|advice|reason)_/);
  }
});

it('renders every page from any damaged record that parseRecord accepts', () => {
  let [accepted, refused] = [0, 0];
  fc.assert(
    fc.property(
      fc.constantFrom(...records),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      (whole, changes) => {
        const stored = structuredClone(whole) as unknown;
        for (const one of changes) damage(stored, one);
        let record: StoredRecord;
        try {
          record = parseRecord(stored, 'https://accounts.example client');
        } catch (error) {
          refused++;
          return isFxaError(error) && error.code.startsWith('storage_');
        }
        accepted++;
        show(record);
        return true;
      },
    ),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(100);
});
