import { describe, expect, it } from 'vitest';
import { afterFailure } from '../retry-plan.ts';
import { afterAnswer, failureWaits, nextPoll, parsePollAfter, type PollPlan } from './poll-schedule.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EVERY = 5 * MINUTE;
const NOW = 1_000_000 * HOUR;

const answered: PollPlan = { notBefore: NOW + 15_000, failures: 0, askedAt: NOW, spread: 0 };
const basis = { every: EVERY, usedAt: NOW, now: NOW };

describe('the next poll', () => {
  it.each<[string, number, PollPlan | undefined, Partial<typeof basis> & { atOnce?: boolean }]>([
    ['is due at once after a start of the browser', 0, undefined, {}],
    ['is due at once when the clock was set back', 0, { ...answered, askedAt: NOW + 1 }, {}],
    ['follows in five minutes after use', 5, answered, {}],
    ['follows in five minutes up to an hour after use', 5, answered, { usedAt: NOW - HOUR + 1 }],
    ['follows in ten minutes an hour after use', 10, answered, { usedAt: NOW - HOUR }],
    ['follows in twenty minutes after one that followed in ten', 20, answered, { usedAt: NOW - 70 * MINUTE }],
    ['follows in forty minutes after that', 40, answered, { usedAt: NOW - 90 * MINUTE }],
    ['follows in six hours a day after use', 360, answered, { usedAt: NOW - 24 * HOUR }],
    ['follows in six hours where it was never used', 360, answered, { usedAt: 0 }],
    ['comes nearer with use after it was planned', 5, answered, { usedAt: NOW + HOUR, now: NOW + HOUR }],
    ['follows up to a quarter later', 6.25, { ...answered, spread: 1 }, {}],
    ['is never more frequent than the build says', 1440, answered, { every: 24 * HOUR, usedAt: 0 }],
    ['waits for what the companion asked', 30, { ...answered, notBefore: NOW + 30 * MINUTE }, {}],
    [
      'waits as long as ever where that is longer',
      360,
      { ...answered, notBefore: NOW + HOUR },
      { usedAt: 0 },
    ],
    ['rests only shortly when the popup opens', 0.25, answered, { usedAt: 0, atOnce: true }],
    [
      'waits for what the companion asked when the popup opens',
      30,
      { ...answered, notBefore: NOW + 30 * MINUTE },
      { atOnce: true },
    ],
    ['follows a failure as planned', 20, { ...answered, notBefore: NOW + 20 * MINUTE, failures: 3 }, {}],
    [
      'follows a failure within the hour, jitter aside, once the user returns',
      75,
      { ...answered, notBefore: NOW + 6 * HOUR, failures: 8 },
      {},
    ],
  ])('%s', (_what, minutes, plan, more) => {
    expect((nextPoll(plan, { ...basis, ...more }) - NOW) / MINUTE).toBe(minutes);
  });

  it('is planned in whole milliseconds', () => {
    const plan = afterAnswer(NOW, { every: EVERY, pollAfter: 7, spread: 1 / 3, failures: 0 });
    expect([plan.notBefore, nextPoll(plan, basis)].map((at) => at % 1)).toEqual([0, 0]);
  });

  it('follows an answer that asks for a day in a day, and up to a quarter later', () => {
    for (const [spread, hours] of [
      [0, 24],
      [1, 30],
    ] as const) {
      const plan = afterAnswer(NOW, { every: EVERY, pollAfter: 86_400, spread, failures: 0 });
      expect((nextPoll(plan, { ...basis, atOnce: true }) - NOW) / HOUR).toBe(hours);
    }
  });
});

it.each<[string, number, number[]]>([
  ['in use', NOW, [5, 10, 20, 40, 60, 60, 60, 60]],
  ['without use', NOW - 24 * HOUR, [5, 10, 20, 40, 80, 160, 320, 360]],
])('failures %s follow each other after so many minutes', (_when, usedAt, expected) => {
  const ports = { now: () => NOW, random: () => 0, report: () => undefined };
  const minutes = expected.map((_, failures) => {
    const plan = afterFailure(ports, { notBefore: 0, failures }, failureWaits({ ...basis, usedAt }), 'down');
    return (plan.notBefore - NOW) / MINUTE;
  });
  expect(minutes).toEqual(expected);
});

it.each([
  [null, 0],
  ['', 0],
  ['900', 900],
  ['0', 0],
  ['86400', 86_400],
  ['999999999', 86_400],
  ['9999999999', 0],
  ['-5', 0],
  ['1.5', 0],
  ['1e3', 0],
  [' 5', 0],
  ['soon', 0],
])('reads %j as a pause of %d seconds', (header, seconds) => {
  expect(parsePollAfter(header)).toBe(seconds);
});
