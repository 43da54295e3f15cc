// The mock server against what the real servers were recorded to answer: one test per exchange and era, over real HTTP.
// `RECORDED_2019=file npx vitest run recorded` holds it against another recording of the same shape.
import { describe, expect, it } from 'vitest';
import { comparable } from './compare.ts';
import { compared } from './compared.ts';
import { CONTRACT, type RecordedResponse } from './exchange.ts';
import { readRecording } from './replay.ts';

describe.each(['2019', '2023', 'today'] as const)('recorded in %s', (era) => {
  const exchanges = CONTRACT[era === 'today' ? 2023 : era];
  const recording = readRecording(exchanges);
  const named = exchanges.map((exchange) => {
    return [`#${exchange.n} ${exchange.section}: ${exchange.title}`, exchange] as const;
  });

  it.each(named)('%s', async (_, exchange) => {
    const { got, wanted } = await compared(era, recording, exchange);
    expect(got).toEqual(wanted);
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
