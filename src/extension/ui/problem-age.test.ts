import { expect, it } from 'vitest';
import type { Problem } from '../../session/state.ts';
import { isCurrent, minutesLeft } from './problem-age.ts';

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
] as const)('%s when %s, %d ms later: %s', (code, status, age, shown) => {
  expect(isCurrent(problem(code), status, at + age) !== undefined).toBe(shown);
});

it('what a server asks for is shown for as long as it asks', () => {
  const limited: Problem = { code: 'rate_limited', retryAfter: 7200, at };
  expect(isCurrent(limited, 'signedOut', at + 7_199_000)).toBe(limited);
  expect(isCurrent(limited, 'signedOut', at + 7_200_000)).toBeUndefined();
});

it('no problem is no news', () => {
  expect(isCurrent(undefined, 'signedOut', at)).toBeUndefined();
});

it('counts the minutes from the moment the server asked for them', () => {
  const limited: Problem = { code: 'rate_limited', retryAfter: 300, at };
  expect(minutesLeft(limited, at)).toBe(5);
  expect(minutesLeft(limited, at + 250_000)).toBe(1);
  expect(minutesLeft(limited, at + 3_600_000)).toBe(0);
  expect(minutesLeft(problem('offline'), at)).toBe(0);
});
