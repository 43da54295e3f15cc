// Validates metrics requests: names, codes, days and counts only. No free text, and no time finer than a day.
import { DAY_MS } from '../day.ts';
import type { MetricsEvent } from '../../contract/companion.ts';
import type { JsonObject } from '../../fxa/http.ts';
import { badBody } from '../sessions/body.ts';

const MOST_EVENTS = 50;
const MOST_COUNT = 1000;
const OLDEST_DAYS = 7;
/** Around midnight the sender's clock may already show the next day. */
const AHEAD_MS = 10 * 60_000;

const WORD = /^[a-z_]{1,40}$/;
const MEMBERS = ['name', 'detail', 'day', 'count'];

/** The UTC day of an instant in milliseconds: `2026-11-21`. */
export function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/**
 * Reads the events of a request; `now` in milliseconds. Pure.
 *
 * @throws Problem 400 `invalid_request`, which repeats nothing of the body.
 */
export function readEvents({ events }: JsonObject, now: number): readonly MetricsEvent[] {
  if (!Array.isArray(events) || events.length === 0 || events.length > MOST_EVENTS) {
    throw badBody(`events must be a list of 1 to ${MOST_EVENTS}`);
  }
  return events.map((event) => readEvent(event, now));
}

function readEvent(value: unknown, now: number): MetricsEvent {
  if (typeof value !== 'object' || value === null) throw badBody('An event must be an object');
  const fields = value as Readonly<Record<string, unknown>>;
  // Refuse unknown members, so that the sender doesn't believe they were counted.
  if (!Object.keys(fields).every((name) => MEMBERS.includes(name))) {
    throw badBody('An event has a member that is not known');
  }
  const { name, detail, day, count } = fields;
  if (!isWord(name)) throw badBody('The name of an event must be 1 to 40 of a-z and _');
  if (detail !== undefined && !isWord(detail))
    throw badBody('The detail of an event must be 1 to 40 of a-z and _');
  if (!isDay(day, now)) throw badBody(`The day of an event must be one of the last ${OLDEST_DAYS}, in UTC`);
  if (!isCount(count)) throw badBody(`The count of an event must be 1 to ${MOST_COUNT}`);
  return { name, ...(detail !== undefined && { detail }), day, count };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

function isDay(value: unknown, now: number): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const begins = Date.parse(value);
  // Invalid days (30 February) parse as `NaN` or as another day.
  if (Number.isNaN(begins) || dayOf(begins) !== value) return false;
  return value >= dayOf(now - OLDEST_DAYS * DAY_MS) && value <= dayOf(now + AHEAD_MS);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_COUNT;
}
