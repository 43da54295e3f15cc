// The mock server in era 2019 against what the real servers of 2019 were recorded to answer: one test per exchange, over real HTTP.
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningMockServer, startMockServer } from '../../src/mock-accounts/listen.ts';
import { comparable } from './compare.ts';
import { type Exchange, EXCHANGES, type RecordedRequest, type RecordedResponse, send } from './exchange.ts';
import { addRecordedAccount, seed } from './seeds.ts';

let running: RunningMockServer | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** A profile's ETag depends on the address in it, so the current one is asked for first. */
async function withCurrentEtag(port: number, request: RecordedRequest): Promise<RecordedRequest> {
  if (request.headers['if-none-match'] === undefined) return request;
  const { 'if-none-match': _, ...headers } = request.headers;
  const { headers: answered } = await send(port, { ...request, headers });
  return { ...request, headers: { ...headers, 'if-none-match': answered.etag ?? '' } };
}

/** Sends the recorded request to a fresh mock server that knows what the real servers knew then. */
async function replay(exchange: Exchange): Promise<RecordedResponse> {
  running = await startMockServer({ era: '2019' });
  const port = Number(new URL(running.origin).port);
  const { account, session } = addRecordedAccount(running.store);
  const signedIn = exchange.section.startsWith('B.') ? { authorization: `Bearer ${session.token}` } : {};
  const headers = { ...exchange.request.headers, ...signedIn };
  const request = { ...exchange.request, headers };
  for (const earlier of seed(exchange, { store: running.store, account, session, request }))
    await send(port, earlier);
  return send(port, await withCurrentEtag(port, request));
}

describe('recorded exchanges', () => {
  it('are all 74 here', () => {
    expect(EXCHANGES).toHaveLength(74);
    expect(new Set(EXCHANGES.map(({ n }) => n)).size).toBe(74);
  });

  it.each(
    EXCHANGES.map((exchange) => [`#${exchange.n} ${exchange.section}: ${exchange.title}`, exchange] as const),
  )('%s', async (_, exchange) => {
    const { expected, got } = comparable(exchange.response, await replay(exchange));
    expect(got).toEqual(expected);
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
