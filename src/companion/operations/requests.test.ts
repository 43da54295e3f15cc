import { expect, it } from 'vitest';
import { from, testPipeline } from '../http/testing.ts';
import { createCounters } from './counters.ts';

interface Entry {
  Type: string;
  Severity: number;
  Fields: Record<string, unknown>;
}

async function summarized() {
  const lines: string[] = [];
  const counters = createCounters();
  const app = testPipeline({ counters }, lines);
  app.get('/v1/session', (c) => c.body(null, c.req.query('ended') === undefined ? 200 : 401));
  for (const path of ['/v1/session?a=b', '/v1/session?ended', '/v1/elsewhere', '/../elsewhere']) {
    await app.request(path, {}, from('192.0.2.1'));
  }
  return { entries: lines.map((line) => JSON.parse(line) as Entry), text: await counters.text() };
}

it('logs each request by route, without addresses', async () => {
  const { entries } = await summarized();
  expect(entries.map(({ Type, Severity, Fields }) => [Type, Severity, Fields.route, Fields.status])).toEqual([
    ['request', 7, '/v1/session', 200],
    ['request', 6, '/v1/session', 401],
    ['request', 6, '/v1/*', 404],
    ['request', 6, '/*', 404],
  ]);
  expect(entries.every(({ Fields }) => typeof Fields.ms === 'number' && !('address' in Fields))).toBe(true);
});

it('counts each request by route and status', async () => {
  const { text } = await summarized();
  expect(text).toContain('companion_http_requests_total{route="/v1/session",status="401"} 1');
  expect(text).toContain('companion_http_requests_total{route="/v1/*",status="404"} 1');
});
