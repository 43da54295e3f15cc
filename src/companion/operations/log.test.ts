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
  it('is one line of mozlog with the time in nanoseconds', () => {
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

  it('has the severity of its level, and is written from the chosen level on', () => {
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
  it('is logged by class, code and position', () => {
    const { failure, entries } = log();
    failure('database', Object.assign(new RangeError('secret'), { code: '23505' }), { kind: 'apply' });
    failure('fetch', new TypeError('secret', { cause: { code: 'ECONNREFUSED' } }));
    failure('thrown', 'secret');
    const fields = entries().map(({ Fields }) => Fields);
    expect(fields).toMatchObject([
      { name: 'RangeError', code: '23505', kind: 'apply' },
      { name: 'TypeError', code: 'ECONNREFUSED' },
      { name: 'Unknown' },
    ]);
    expect(fields[0]?.at).toMatch(/^operations\/log\.test\.ts:\d+$/);
  });
});

describe('a secret or personal value', () => {
  const SECRETS = {
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

  it.each(Object.entries(SECRETS))('is never logged in any field or type: %s', (_what, secret) => {
    const { event, failure, lines } = log();
    for (const name of [...NAMES, ...NUMBERS, 'database', 'version', 'constructor', 'own']) {
      event('request', { [name]: secret });
      event('request', { [name]: { nested: secret } });
    }
    event(secret);
    failure(secret, Object.assign(new Error(secret), { name: secret, code: secret }), { reason: secret });
    failure('failed', new Error(`x\n    at f (/companion/${secret}:1:1)`, { cause: { code: secret } }));
    const text = lines.join('');
    expect(text).not.toContain(secret);
    expect(text).toContain('[withheld]');
  });

  it('is not logged from requests either', async () => {
    const lines: string[] = [];
    const app = testPipeline({}, lines);
    app.route(
      '/',
      new Hono().post('/v1/sessions', async (c) => {
        throw new Error(await c.req.text());
      }),
    );
    const path = `/v1/sessions?code=${SECRETS.token}`;
    const headers = { authorization: `Bearer ${SECRETS.session}`, 'x-forwarded-for': '203.0.113.9' };
    await app.request(path, { method: 'POST', body: SECRETS.address, headers }, from('192.0.2.1'));
    await app.request(`/v1/${SECRETS.uid}`, { headers }, from('192.0.2.1'));
    const text = lines.join('');
    for (const secret of [...Object.values(SECRETS), '192.0.2.1', '203.0.113.9']) {
      expect(text).not.toContain(secret);
    }
    expect(lines).toHaveLength(3);
  });
});
