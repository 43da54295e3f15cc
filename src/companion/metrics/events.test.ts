import { expect, it } from 'vitest';
import type { JsonObject } from '../../fxa/http.ts';
import { readEvents } from './events.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const GOOD = { name: 'popup_opened', detail: 'by_icon', day: '2026-11-21', count: 1 };

/** As from a body: members that are undefined are missing. */
const read = (event: unknown, now = NOW) =>
  readEvents(JSON.parse(JSON.stringify({ events: [event] })) as JsonObject, now);

it.each([
  ['as in the contract', {}],
  ['without a detail', { detail: undefined }],
  ['of a week ago', { day: '2026-11-14' }],
  ['with the greatest count', { count: 1000 }],
  ['with the longest name', { name: 'a'.repeat(40) }],
])('takes an event %s', (_what, more) => {
  expect(read({ ...GOOD, ...more })).toEqual([JSON.parse(JSON.stringify({ ...GOOD, ...more }))]);
});

it.each([
  ['no name', { name: undefined }],
  ['a name with a capital', { name: 'Opened' }],
  ['a name of 41', { name: 'a'.repeat(41) }],
  ['a name with a line after it', { name: 'opened\n' }],
  ['free text', { detail: 'what I typed' }],
  ['a detail that is null', { detail: null }],
  ['an address', { detail: 'ada@example.com' }],
  ['an instant', { day: '2026-11-21T12:00:00Z' }],
  ['an invalid day', { day: '2026-11-31' }],
  ['an invalid month', { day: '2026-13-01' }],
  ['a day of eight days ago', { day: '2026-11-13' }],
  ['tomorrow', { day: '2026-11-22' }],
  ['no count', { count: undefined }],
  ['a count of nothing', { count: 0 }],
  ['a count too great', { count: 1001 }],
  ['half a count', { count: 1.5 }],
  ['a count that is text', { count: '23' }],
  ['more than the contract knows', { uid: 'a'.repeat(32) }],
])('refuses %s without quoting it', (_what, more) => {
  let thrown: unknown;
  try {
    read({ ...GOOD, ...more });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ status: 400, error: 'invalid_request' });
  for (const value of Object.values(more)) {
    if (typeof value === 'string') expect((thrown as Error).message).not.toContain(value);
  }
});

it.each([[null], ['text'], [[]], [7]])('refuses an event that is %j', (event) => {
  expect(() => read(event)).toThrow();
});

it.each([[undefined], [{}], ['text'], [[]], [Array.from({ length: 51 }, () => GOOD)]])(
  'refuses events that are no list of 1 to 50',
  (events) => {
    expect(() => readEvents({ events }, NOW)).toThrow('events must be a list of 1 to 50');
  },
);

it('accepts a clock that is ten minutes ahead at midnight', () => {
  const tomorrow = { ...GOOD, day: '2026-11-22' };
  expect(read(tomorrow, Date.parse('2026-11-21T23:50:00Z'))).toHaveLength(1);
  expect(() => read(tomorrow, Date.parse('2026-11-21T23:49:59Z'))).toThrow('The day of an event');
});
