import { expect, it } from 'vitest';
import { DAY_MS } from '../day.ts';
import { NO_STATE } from '../http/testing.ts';
import type { OperatorState } from '../store.ts';
import { findNotices } from './notices.ts';

const NOW = Date.UTC(2026, 10, 21, 15, 47);

const titles = (rotation: OperatorState['rotation']) =>
  findNotices({
    now: NOW,
    version: { source: '', version: '', commit: '', build: '' },
    clients: new Map(),
    health: {
      status: 'ok',
      checks: { database: 'ok', revocations: 'ok', accounts: 'ok', clock: 'ok', events: 'ok' },
      details: { oldestRevocation: 0 },
    },
    forwardedIgnored: false,
    state: { ...NO_STATE, ...(rotation && { rotation }) },
  }).map(({ title, description }) => `${title}: ${description}`);

it('counts and dates what is still under the old secret, and says when it can go', () => {
  expect(titles({ remaining: 1200, endsAt: NOW + 61 * DAY_MS })).toEqual([
    '1,200 accounts still under the old secret: They move when they are used, or are erased, at the latest on 2027-01-21. Keep both secrets until then.',
  ]);
  expect(titles({ remaining: 0 })).toEqual([
    'No account is under the old secret: Remove it from COMPANION_SECRETS.',
  ]);
  expect(titles(undefined)).toEqual(['All is well: Nothing needs your attention.']);
});
