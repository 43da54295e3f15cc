import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from './back-off.ts';

const NOW = Date.parse('Sat, 21 Nov 2026 10:00:00 GMT');
const seconds = (status: number, header?: string, retryAfter?: unknown) =>
  retryAfterSeconds(
    status,
    new Headers(header === undefined ? {} : { 'retry-after': header }),
    { retryAfter },
    NOW,
  );

describe('retryAfterSeconds', () => {
  it.each([
    ['a header of seconds', 429, '30', undefined, 30],
    ['a header over the body', 429, '30', 900_000, 30],
    ['a date in the header', 503, 'Sat, 21 Nov 2026 10:01:30 GMT', undefined, 90],
    ['a date that has passed', 503, 'Sat, 21 Nov 2026 09:00:00 GMT', undefined, 0],
    ['an unreadable header, then the body', 429, 'soon', 20, 20],
    ['a negative header, then the body', 429, '-1', 20, 20],
    ['a header over the body, whichever is longer', 429, '30', 1800, 30],
    ['a 429 body in seconds', 429, undefined, 999, 999],
    ['a 429 body of half an hour in seconds', 429, undefined, 1800, 1800],
    ['a 429 body of an hour in seconds', 429, undefined, 3600, 3600],
    ['a 429 body in milliseconds', 429, undefined, 3601, 4],
    ['a 429 body of half an hour in milliseconds', 429, undefined, 1_800_000, 1800],
    ['a 429 body in milliseconds, rounded up', 429, undefined, 30_100, 31],
    ['a 503 body, always in seconds', 503, undefined, 1800, 1800],
    ['no more than an hour', 503, '86400', undefined, 3600],
    ['no more than an hour, from the body either', 503, undefined, 100_000, 3600],
  ])('takes %s', (_title, status, header, body, expected) => {
    expect(seconds(status, header, body)).toBe(expected);
  });

  it.each([[undefined], ['30'], [-5], [Number.NaN], [null]])(
    'ignores a retryAfter of %s in the body',
    (body) => {
      expect(seconds(429, undefined, body)).toBeUndefined();
    },
  );

  it('returns undefined without a body', () => {
    expect(retryAfterSeconds(503, new Headers(), undefined, NOW)).toBeUndefined();
  });
});
