// Validates metrics requests: names, codes, days and counts only. No free text, and no time finer than a day.
import * as v from 'valibot';
import { DAY_MS } from '../day.ts';
import type { MetricsEvent } from '../../contract/companion.ts';
import type { JsonObject } from '../../fxa/http.ts';
import { checkBody } from '../http/body.ts';

const MOST_EVENTS = 50;
const MOST_COUNT = 1000;
const OLDEST_DAYS = 7;
/** Around midnight the sender's clock may already show the next day. */
const AHEAD_MS = 10 * 60_000;

const EVENTS = `events must be a list of 1 to ${MOST_EVENTS}`;
const DAY = `The day of an event must be one of the last ${OLDEST_DAYS}, in UTC`;
const COUNT = `The count of an event must be 1 to ${MOST_COUNT}`;

/** The UTC day of an instant in milliseconds: `2026-11-21`. */
export function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** The events of a request (`now` in milliseconds); throws Problem 400, which repeats nothing of the body. Pure. */
export function readEvents({ events }: JsonObject, now: number): readonly MetricsEvent[] {
  // Refuse unknown members, so that the sender doesn't believe they were counted.
  const event = v.strictObject(
    {
      name: word('name'),
      detail: v.exactOptional(word('detail')),
      day: v.pipe(
        v.string(DAY),
        v.check((day) => isRecentDay(day, now), DAY),
      ),
      count: v.pipe(v.number(COUNT), v.integer(COUNT), v.minValue(1, COUNT), v.maxValue(MOST_COUNT, COUNT)),
    },
    'An event must be an object of name, detail, day and count',
  );
  const list = v.pipe(v.array(event, EVENTS), v.minLength(1, EVENTS), v.maxLength(MOST_EVENTS, EVENTS));
  return checkBody(list, events);
}

function word(member: string) {
  const fault = `The ${member} of an event must be 1 to 40 of a-z and _`;
  return v.pipe(v.string(fault), v.regex(/^[a-z_]{1,40}$/, fault));
}

function isRecentDay(day: string, now: number): boolean {
  const begins = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : NaN;
  // Invalid days (30 February) parse as `NaN` or as another day.
  if (Number.isNaN(begins) || dayOf(begins) !== day) return false;
  return day >= dayOf(now - OLDEST_DAYS * DAY_MS) && day <= dayOf(now + AHEAD_MS);
}
