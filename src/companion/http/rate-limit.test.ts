import { describe, expect, it } from 'vitest';
import { type Quotas, rateLimits } from './rate-limit.ts';
import { Problem } from './problem.ts';
import { from, testPipeline } from './testing.ts';

const HERE = from('192.0.2.1');
const ELSEWHERE = from('198.51.100.7');
const few = 3;

/** Routes answer with the status they are asked for. */
function app(quotas: Partial<Quotas>) {
  const made = testPipeline({ limits: rateLimits(0, quotas) });
  for (const path of ['/v1/session', '/v1/metrics-flow', '/metrics', '/__lbheartbeat__']) {
    made.get(path, (c) => answer(Number(c.req.query('status') ?? 200)));
  }
  made.post('/v1/sessions', (c) => answer(Number(c.req.query('status') ?? 200)));
  return made;
}

function answer(status: number): Response {
  if (status === 401) throw new Problem(401, 'unknown_session', 'No');
  return new Response(null, { status });
}

type App = ReturnType<typeof app>;
const times = async (n: number, made: App, path: string, env: object, method = 'GET') => {
  const statuses: number[] = [];
  for (let i = 0; i < n; i += 1) statuses.push((await made.request(path, { method }, env)).status);
  return statuses;
};

describe('failed requests', () => {
  it('are counted, and past the quota the whole network gets 429', async () => {
    const made = app({ failures: few });
    expect(await times(5, made, '/v1/session?status=401', HERE)).toEqual([401, 401, 401, 429, 429]);
    const refused = await made.request('/v1/session', {}, HERE);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: 'rate_limited' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect((await made.request('/v1/session', {}, ELSEWHERE)).status).toBe(200);
  });

  it('are counted where the operator password is required', async () => {
    expect(await times(4, app({ failures: few }), '/metrics?status=401', HERE)).toEqual([401, 401, 401, 429]);
  });

  it('are bounded by a limit on requests in progress', async () => {
    const made = testPipeline();
    const waiting: (() => void)[] = [];
    made.get('/v1/session', async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return answer(200);
    });
    const ask = (env: object) => Promise.resolve(made.request('/v1/session', {}, env));
    const asked = Array.from({ length: 300 }, () => ask(HERE));
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting).toHaveLength(256);
    const other = ask(ELSEWHERE);
    await new Promise((resolve) => setImmediate(resolve));
    waiting.splice(0).forEach((go) => go());
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(300 - 256);
    expect((await other).status).toBe(200);
    const again = ask(HERE);
    await new Promise((resolve) => setImmediate(resolve));
    waiting.splice(0).forEach((go) => go());
    expect((await again).status).toBe(200);
  });

  it('do not include 404, 5xx or successes', async () => {
    const made = app({ failures: few });
    for (const path of ['/v1/nothing', '/v1/session?status=503', '/v1/session', '/v1/session?status=304']) {
      expect(await times(5, made, path, HERE)).not.toContain(429);
    }
    expect((await made.request('/v1/session', {}, HERE)).status).toBe(200);
  });

  it('do not block the heartbeat', async () => {
    const made = app({ failures: few });
    await times(5, made, '/v1/session?status=401', HERE);
    expect((await made.request('/__lbheartbeat__', {}, HERE)).status).toBe(200);
  });
});

it('limits how many sessions a network creates', async () => {
  const made = app({ sessionCreation: few });
  expect(await times(5, made, '/v1/sessions', HERE, 'POST')).toEqual([200, 200, 200, 429, 429]);
  expect((await made.request('/v1/sessions', { method: 'POST' }, ELSEWHERE)).status).toBe(200);
});

describe('metrics flows', () => {
  it('are limited per network', async () => {
    const made = app({ flows: few });
    expect(await times(4, made, '/v1/metrics-flow', HERE)).toEqual([200, 200, 200, 429]);
    expect((await made.request('/v1/metrics-flow', {}, ELSEWHERE)).status).toBe(200);
  });

  it('are limited overall, and refused requests do not count against other networks', async () => {
    const made = app({ flows: few, flowsInAll: 5 });
    await times(20, made, '/v1/metrics-flow', HERE);
    expect(await times(3, made, '/v1/metrics-flow', ELSEWHERE)).toEqual([200, 200, 429]);
  });
});
