import { expect, it } from 'vitest';
import { LONGEST_BACK_OFF } from '../fxa/back-off.ts';
import { FXA_ERROR_CODES, type FxaErrorCode } from '../fxa/errors.ts';
import type { Problem, View } from '../session/state/view.ts';
import { errorInfo, isCurrent, isNews, minutesLeft, signInProblem } from './problems.ts';
import { OUT } from './testing.ts';

const at = 1_000_000;
const problem = (code: Problem['code']): Problem => ({ code, at });

it.each([
  ['cancelled', 'signedOut', 30_000, true],
  ['cancelled', 'signedOut', 3_600_000, false],
  ['cancelled', 'needsReauth', 3_600_000, false],
  ['offline', 'signedIn', 60_000, true],
  ['offline', 'signedIn', 86_400_000, false],
  ['offline', 'signedOut', 3_599_000, true],
  ['offline', 'signedOut', 3_600_000, false],
  ['server_unavailable', 'needsReauth', 3_600_000, false],
  ['rate_limited', 'signedOut', 3_600_000, false],
  ['busy', 'signedOut', 3_600_000, false],
  ['interrupted', 'signedOut', 86_400_000, true],
  ['bad_response', 'signedOut', 86_400_000, true],
] as const)('%s when %s, %d ms later: %s', (code, status, age, isShown) => {
  expect(isCurrent(problem(code), status, at + age) !== undefined).toBe(isShown);
});

it('shows a rate limit for as long as the server asks to wait', () => {
  const limited: Problem = { code: 'rate_limited', retryAfter: 3600, at };
  expect(isCurrent(limited, 'signedOut', at + 3_599_000)).toBe(limited);
  expect(isCurrent(limited, 'signedOut', at + 3_600_000)).toBeUndefined();
});

it('is undefined without a problem', () => {
  expect(isCurrent(undefined, 'signedOut', at)).toBeUndefined();
});

it('counts minutes from the time of the response', () => {
  const limited: Problem = { code: 'rate_limited', retryAfter: 300, at };
  expect(minutesLeft(limited, at)).toBe(5);
  expect(minutesLeft(limited, at + 250_000)).toBe(1);
  expect(minutesLeft(limited, at + 3_600_000)).toBe(0);
  expect(minutesLeft(problem('offline'), at)).toBe(0);
});

const YEAR = 365 * 86_400_000;

it.each([
  ['password_changed', { code: 'reauth_required', reason: 'password_changed', at: at + YEAR }],
  ['a server that has trouble', { code: 'server_unavailable', retryAfter: 300, at }],
  ['a server that asked for time', { code: 'rate_limited', retryAfter: 300, at: at + YEAR }],
] as const)('makes no countdown of %s after the clock was set back', (_what, error) => {
  expect(minutesLeft(error, at)).toBe(0);
});

it('limits a countdown to the longest back-off and to what the server asked', () => {
  const longest = LONGEST_BACK_OFF / 60;
  for (const ahead of [0, 1, 5, 10, 20, 60, 600])
    for (const retryAfter of [60, 300, 3600, 4500, 86_400]) {
      const minutes = minutesLeft({ code: 'rate_limited', retryAfter, at: at + ahead * 60_000 }, at);
      expect(minutes).toBeLessThanOrEqual(Math.min(longest, retryAfter / 60));
    }
  expect(minutesLeft({ code: 'rate_limited', retryAfter: 4500, at }, at)).toBe(longest);
});

it.each(['interrupted', 'state_mismatch', 'bad_response', 'cancelled', 'offline'] as const)(
  '%s is no news after 300 days, whichever way the clock went',
  (code) => {
    for (const now of [at + 300 * 86_400_000, at - 300 * 86_400_000]) {
      expect(isCurrent(problem(code), 'signedOut', now)).toBeUndefined();
      expect(isNews(at, now)).toBe(false);
    }
  },
);

it('shows unreadable storage indefinitely', () => {
  expect(isCurrent(problem('storage_corrupt'), 'signedOut', at + YEAR)).toBeDefined();
});

it.each([
  ['offline', 'waiting', 'tryAgain'],
  ['interrupted', 'person', 'continue'],
  ['unsupported', 'person', 'tab'],
  ['account_disabled', 'person', 'otherAccount'],
  ['misconfigured', 'fault', 'doctor'],
  ['storage_corrupt', 'storage', 'reset'],
] as const)('%s is for %s: %s', (code, severity, action) => {
  expect(errorInfo(code)).toMatchObject({ severity, action });
});

it('offers a reset only for unreadable storage', () => {
  expect(FXA_ERROR_CODES.filter((code) => errorInfo(code).action === 'reset')).toEqual([
    'storage_newer',
    'storage_corrupt',
  ]);
});

it('treats an unknown code as an internal error', () => {
  expect(errorInfo('teapot' as FxaErrorCode)).toEqual(errorInfo('internal'));
});

const view = (more: Partial<View>): View => ({ ...OUT, ...more });
const cancelled = { code: 'cancelled', at: at } as const;
const offline = { code: 'offline', at: at } as const;
const byUser = { code: 'signed_out', reason: 'by_user', at: 1 } as const;
const lost = { code: 'signed_out', reason: 'key_lost', at: 1 } as const;
const DAY = 86_400_000;

it.each<[string, Partial<View>, ReturnType<typeof signInProblem>]>([
  ['nothing', {}, { current: undefined, blocking: undefined, endReason: undefined }],
  [
    'a cancelled sign-in',
    { problem: cancelled },
    { current: cancelled, blocking: undefined, endReason: undefined },
  ],
  ['a failed one', { problem: offline }, { current: offline, blocking: offline, endReason: undefined }],
  [
    'what the person ended',
    { endReason: byUser },
    { current: undefined, blocking: undefined, endReason: undefined },
  ],
  ['what others ended', { endReason: lost }, { current: undefined, blocking: undefined, endReason: lost }],
])('shows %s', (_what, more, expected) => {
  expect(signInProblem(view(more), at)).toEqual(expected);
});

it('shows an end caused by others for a week', () => {
  expect(signInProblem(view({ endReason: lost }), 6 * DAY).endReason).toBe(lost);
  expect(signInProblem(view({ endReason: lost }), 300 * DAY).endReason).toBeUndefined();
});
