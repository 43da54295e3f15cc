import { Hono } from 'hono';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { from, testPipeline } from '../http/testing.ts';
import { createLog, type LogOptions } from './log.ts';

interface Entry {
  Timestamp: number;
  Type: string;
  Severity: number;
  Fields: Record<string, unknown>;
}

const NOW = Date.UTC(2026, 10, 21, 12, 3, 44, 123);
function log(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const made = createLog({
    format: 'mozlog',
    level: 'debug',
    now: () => NOW,
    out: { write: (line) => lines.push(line) },
    ...options,
  });
  return { ...made, lines, entries: () => lines.map((line) => JSON.parse(line) as Entry) };
}

describe('an entry', () => {
  it('has the shape of mozlog, one line each, with the time in nanoseconds', () => {
    const { event, lines } = log();
    event('request', { method: 'GET', route: '/v1/session', status: 200, ms: 3 });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    expect(lines[0]).toContain(`"Timestamp":${NOW}000000,`);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      Timestamp: NOW * 1e6,
      Type: 'request',
      Logger: 'companion',
      Hostname: hostname(),
      EnvVersion: '2.0',
      Severity: 6,
      Pid: process.pid,
      Fields: { method: 'GET', route: '/v1/session', status: 200, ms: 3 },
    });
  });

  it('has the severity of its level, and is written from the level that was chosen', () => {
    const { event, failure, writes, entries } = log({ level: 'warn' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) event('started', {}, level);
    failure('request_failed', new Error('x'));
    expect(entries().map(({ Severity }) => Severity)).toEqual([4, 3, 3]);
    expect([writes('info'), writes('warn')]).toEqual([false, true]);
  });

  it('is a plain line for people', () => {
    const { event, lines } = log({ format: 'plain', level: 'info' });
    event('request', { method: 'POST', route: '/v1/sessions', status: 401, ms: 12 });
    event('request', {}, 'debug');
    expect(lines).toEqual(['12:03:44.123 info  request method=POST route=/v1/sessions status=401 ms=12\n']);
  });
});

describe('a failure', () => {
  it('is told by class, code and place', () => {
    const { failure, entries } = log();
    failure('database', Object.assign(new RangeError('canary'), { code: '23505' }), { kind: 'apply' });
    failure('fetch', new TypeError('canary', { cause: { code: 'ECONNREFUSED' } }));
    failure('thrown', 'canary');
    const fields = entries().map(({ Fields }) => Fields);
    expect(fields).toMatchObject([
      { name: 'RangeError', code: '23505', kind: 'apply' },
      { name: 'TypeError', code: 'ECONNREFUSED' },
      { name: 'Unknown' },
    ]);
    expect(fields[0]?.at).toMatch(/^operations\/log\.test\.ts:\d+$/);
  });
});

describe('what may not be told', () => {
  const CANARIES = {
    uid: '5f1c9a7be2d04433a8b6c1d2e3f40516',
    grant: '9a'.repeat(32),
    session: 'Qk7x_0wLr5mVZ2u8TtYh-3GfJdN1sPaEoBcXi6yR4kU',
    token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI1ZjFjIn0.c2lnbmF0dXJl',
    address: 'ada@example.com',
    sentence: 'duplicate key value violates unique constraint',
    url: '/auth/return?code=0123456789abcdef',
  };
  const NAMES = ['method', 'route', 'address', 'name', 'code', 'at', 'reason', 'kind', 'outcome', 'origin'];
  const NUMBERS = ['status', 'ms', 'count', 'attempts', 'seconds'];

  it.each(Object.entries(CANARIES))('is not told in any field, nor as a type: %s', (_what, canary) => {
    const { event, failure, lines } = log();
    for (const name of [...NAMES, ...NUMBERS, 'database', 'version', 'constructor', 'own']) {
      event('request', { [name]: canary });
      event('request', { [name]: { nested: canary } });
    }
    event(canary);
    failure(canary, Object.assign(new Error(canary), { name: canary, code: canary }), { reason: canary });
    failure('failed', new Error(`x\n    at f (/companion/${canary}:1:1)`, { cause: { code: canary } }));
    const text = lines.join('');
    expect(text).not.toContain(canary);
    expect(text).toContain('[withheld]');
  });

  it('does not come from requests either', async () => {
    const lines: string[] = [];
    const app = testPipeline({}, lines);
    app.route(
      '/',
      new Hono().post('/v1/sessions', async (c) => {
        throw new Error(await c.req.text());
      }),
    );
    const path = `/v1/sessions?code=${CANARIES.token}`;
    const headers = { authorization: `Bearer ${CANARIES.session}`, 'x-forwarded-for': '203.0.113.9' };
    await app.request(path, { method: 'POST', body: CANARIES.address, headers }, from('192.0.2.1'));
    await app.request(`/v1/${CANARIES.uid}`, { headers }, from('192.0.2.1'));
    const text = lines.join('');
    for (const canary of [...Object.values(CANARIES), '192.0.2.1', '203.0.113.9']) {
      expect(text).not.toContain(canary);
    }
    expect(lines).toHaveLength(3);
  });
});
