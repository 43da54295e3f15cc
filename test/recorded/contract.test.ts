// The mock server against what the real servers were recorded to answer: one test per exchange and era, over real HTTP.
// `RECORDED_2019=file npx vitest run recorded` holds it against another recording of the same shape.
import { describe, expect, it } from 'vitest';
import { comparable } from './compare.ts';
import { issuedForm, recordedForm } from './decoded.ts';
import { CONTRACT, type Exchange, type RecordedResponse } from './exchange.ts';
import { readRecording, replay, withServer } from './replay.ts';
import { expectedToday } from './today.ts';
import { makeVisit, recordedEnd } from './visits.ts';

const named = (exchanges: readonly Exchange[]) =>
  exchanges.map((exchange) => [`#${exchange.n} ${exchange.section}: ${exchange.title}`, exchange] as const);
const of = (exchanges: readonly Exchange[], section: RegExp) =>
  named(exchanges.filter((exchange) => section.test(exchange.section)));

describe.each(['2019', '2023', 'today'] as const)('recorded in %s', (era) => {
  const recording = readRecording(CONTRACT[era === 'today' ? 2023 : era]);

  it.each(of(CONTRACT[era === 'today' ? 2023 : era], /^[^OQ]\./))('%s', async (_, exchange) => {
    const answer = await replay(era, recording, exchange);
    const { expected, got } = comparable(exchange.response, answer);
    const wanted = era === 'today' ? expectedToday(expected, exchange) : expected;
    const headers = Object.fromEntries(Object.keys(wanted.headers).map((name) => [name, got.headers[name]]));
    // A recording without the security headers holds only the headers that clients read.
    const isPartial = !('strict-transport-security' in wanted.headers);
    expect(isPartial ? { ...got, headers } : got).toEqual(wanted);
  });
});

describe('recorded in 2023, decoded', () => {
  const recording = readRecording(CONTRACT[2023]);
  it.each(of(CONTRACT[2023], /^O\./))('%s', async (_, exchange) => {
    await withServer('2023', recording, async (running) => {
      expect(await issuedForm(running, exchange)).toEqual(recordedForm(exchange));
    });
  });
});

describe('recorded in 2023, visits', () => {
  const recording = readRecording(CONTRACT[2023]);
  it.each(of(CONTRACT[2023], /^Q\./))('%s', async (_, exchange) => {
    await withServer('2023', recording, async (running) => {
      expect(await makeVisit(running, exchange)).toEqual(recordedEnd(exchange));
    });
  });
});

describe('the comparison', () => {
  const recorded: RecordedResponse = {
    status: 400,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' },
    body: JSON.stringify({
      code: 400,
      errno: 105,
      access_token: 'ab'.repeat(32),
      keys: [{ kid: '2026-11-21-00' }],
    }),
  };
  const changed = (mutation: Partial<RecordedResponse>) => {
    const { expected, got } = comparable(recorded, { ...recorded, ...mutation });
    return JSON.stringify(got) !== JSON.stringify(expected);
  };
  const body = (mutation: object) =>
    JSON.stringify({ ...(JSON.parse(recorded.body) as object), ...mutation });

  it('notices what matters', () => {
    expect(changed({ status: 401 })).toBe(true);
    expect(changed({ body: body({ errno: 106 }) })).toBe(true);
    expect(changed({ body: body({ message: 'more' }) })).toBe(true);
    expect(changed({ body: body({ access_token: 7 }) })).toBe(true);
    expect(changed({ body: body({ access_token: 'ab' }) })).toBe(true);
    expect(changed({ body: body({ keys: [] }) })).toBe(true);
    expect(changed({ headers: { 'content-type': 'text/html', 'cache-control': 'no-cache' } })).toBe(true);
    expect(changed({ headers: { 'content-type': 'application/json; charset=utf-8' } })).toBe(true);
  });

  it('overlooks what is new at every run', () => {
    expect(changed({ body: body({ access_token: 'cd'.repeat(32) }) })).toBe(false);
    expect(changed({ headers: { ...recorded.headers, date: 'now' } })).toBe(false);
  });
});
