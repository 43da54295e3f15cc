import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { FXA_ERROR_CODES } from '../../../fxa/errors.ts';
import type { View } from '../../../session/state/view.ts';
import { OUT } from '../../testing.ts';
import { errorInfo } from '../../problems.ts';

vi.mock('../api.ts', () => ({ browser: {} }));
const { changesAt, iconOf, ICONS } = await import('./toolbar.ts');

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const signedIn = { ...OUT, status: 'signedIn', since: 1 } as const;
const offline = { code: 'offline', at: NOW - HOUR / 2 } as const;

describe('the toolbar button when', () => {
  it.each<[string, View, (typeof ICONS)[number]]>([
    ['signed out', OUT, 'out'],
    ['the person cancelled', { ...OUT, problem: { code: 'cancelled', at: 1 } }, 'out'],
    ['a sign-in was interrupted', { ...OUT, problem: { code: 'interrupted', at: NOW - DAY } }, 'attention'],
    ['a sign-in failed', { ...OUT, problem: offline }, 'attention'],
    [
      'it failed of a fault, days ago',
      { ...OUT, problem: { code: 'internal', at: NOW - 6 * DAY } },
      'attention',
    ],
    [
      'the browser ended a session that was to last as long',
      { ...OUT, endReason: { code: 'signed_out', reason: 'session_only', at: 1 } },
      'out',
    ],
    [
      'the build turned to another server',
      { ...OUT, endReason: { code: 'signed_out', reason: 'environment_changed', at: 1 } },
      'out',
    ],
    [
      'the account was deleted',
      { ...OUT, endReason: { code: 'signed_out', reason: 'account_deleted', at: NOW - 6 * DAY } },
      'attention',
    ],
    ['the person signed out', { ...OUT, endReason: { code: 'signed_out', reason: 'by_user', at: 1 } }, 'out'],
    ['the first sign-in runs', { ...OUT, status: 'signingIn', phase: 'window' }, 'out'],
    ['signed in', signedIn, 'in'],
    ['a signed-in user signs in again', { ...signedIn, status: 'signingIn' }, 'in'],
    ['signing in again failed', { ...signedIn, problem: offline, unfinished: true }, 'attention'],
    ['a profile could not be fetched', { ...signedIn, problem: offline }, 'offline'],
    ['a server is down', { ...signedIn, problem: { ...offline, code: 'server_unavailable' } }, 'offline'],
    ['a server was down long ago', { ...signedIn, problem: { ...offline, at: NOW - HOUR } }, 'in'],
    ['the server limits requests', { ...signedIn, problem: { ...offline, code: 'rate_limited' } }, 'in'],
    ['Mozilla accounts ended the session', { ...OUT, status: 'needsReauth' }, 'attention'],
  ])('%s', (_when, state, icon) => {
    expect(iconOf(state, NOW)).toBe(icon);
  });
});

it('shows temporary problems for an hour, and others longer', () => {
  const long = FXA_ERROR_CODES.filter(
    (code) => iconOf({ ...OUT, problem: { code, at: NOW - HOUR } }, NOW) === 'out',
  );
  const passing = FXA_ERROR_CODES.filter((code) => errorInfo(code).severity === 'waiting');
  expect(long).toEqual(['cancelled', ...passing]);
});

it.each(ICONS)('has pictures for "%s"', (icon) => {
  for (const size of [16, 32]) expect(existsSync(`public/icons/${icon}-${size}.png`)).toBe(true);
});

describe('300 days later or earlier, the button no longer shows', () => {
  const LATER = [NOW + 300 * DAY, NOW - 300 * DAY];
  it.each(['account_deleted', 'key_lost', 'grant_revoked'] as const)('a session that ended: %s', (reason) => {
    const view: View = { ...OUT, endReason: { code: 'signed_out', reason, at: NOW } };
    expect(iconOf(view, NOW)).toBe('attention');
    for (const now of LATER) expect(iconOf(view, now)).toBe('out');
  });

  it.each(['interrupted', 'state_mismatch', 'bad_response', 'misconfigured'] as const)('%s', (code) => {
    const problem = { code, at: NOW };
    expect(iconOf({ ...OUT, problem }, NOW)).toBe('attention');
    expect(iconOf({ ...signedIn, problem, unfinished: true }, NOW)).toBe('attention');
    for (const now of LATER) {
      expect(iconOf({ ...OUT, problem }, now)).toBe('out');
      expect(iconOf({ ...signedIn, problem, unfinished: true }, now)).toBe('in');
    }
  });

  it('except for unreadable storage and a session that needs reauthentication', () => {
    expect(iconOf({ ...OUT, problem: { code: 'storage_corrupt', at: 1 } }, NOW)).toBe('attention');
    const endReason = { code: 'reauth_required', at: 1 } as const;
    expect(iconOf({ ...OUT, status: 'needsReauth', endReason }, NOW)).toBe('attention');
  });
});

it('schedules an alarm for when a problem is outdated', () => {
  const view: View = { ...OUT, problem: { code: 'interrupted', at: NOW } };
  const [hour, week] = [changesAt(view, NOW), changesAt(view, NOW + 2 * HOUR)];
  expect([hour, week]).toEqual([NOW + HOUR, NOW + 7 * DAY]);
  expect(iconOf(view, (week ?? 0) - 1)).toBe('attention');
  expect(iconOf(view, week ?? 0)).toBe('out');
  expect([changesAt(view, week ?? 0), changesAt(OUT, NOW)]).toEqual([undefined, undefined]);
});
