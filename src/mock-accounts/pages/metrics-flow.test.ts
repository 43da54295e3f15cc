// Flow ids: allowed origins, parameters, and responses.
import { beforeEach, describe, expect, it } from 'vitest';
import { createMockServer, type MockServer } from '../app.ts';
import { fresh } from '../testing/fresh.ts';

const ORIGIN = 'https://companion.example';
let { mock, clock } = fresh('today');
beforeEach(() => {
  ({ mock, clock } = fresh('today'));
});

const at = ({ app, context }: MockServer, query: Record<string, string> | string, origin?: string) =>
  app.request(`${context.origin}/metrics-flow?${new URLSearchParams(query).toString()}`, {
    headers: origin === undefined ? {} : { origin },
  });
const ask = (query: Record<string, string> | string = {}, origin?: string) => at(mock, query, origin);

describe('GET /metrics-flow', () => {
  it('returns three ids, the flow’s with a salt and a signature', async () => {
    const first = (await (await ask()).json()) as Record<string, unknown>;
    const second = (await (await ask()).json()) as Record<string, unknown>;
    expect(first).toEqual({
      deviceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      flowBeginTime: clock.now,
      flowId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(second.flowId).not.toBe(first.flowId);
    expect(second.deviceId).not.toBe(first.deviceId);
  });

  it.each([
    { entrypoint: 'popup.button:1-a', entrypoint_experiment: 'x', entrypoint_variation: 'y' },
    { utm_campaign: 'page+referral+-+not+part+of+a+campaign', utm_source: 'firefox/sync', utm_term: '100%' },
    { form_type: 'button', context: 'fx_desktop_v3', product_id: 'prod_1aZ' },
    { service: 'a1b2c3d4e5f60001', event_type: 'engage', uid: 'ab'.repeat(16) },
    { uid: '01234567-89ab-4def-8123-456789abcdef', service: 'none' },
  ])('takes %j', async (query) => {
    expect((await ask(query)).status).toBe(200);
    expect(mock.metricsFlows).toEqual([{ query, status: 200 }]);
  });

  it.each([
    ['entrypoint', 'a b'],
    ['entrypoint', ''],
    ['utm_campaign', 'a+b'],
    ['utm_source', 'x'.repeat(129)],
    ['form_type', 'biz'],
    ['context', 'Desktop'],
    ['service', 'a1b2c3d4e5f6000'],
    ['product_id', 'product'],
    ['event_type', 'a/b'],
    ['uid', 'ab'.repeat(15)],
  ])('refuses %s=%s by name', async (name, value) => {
    const answer = await ask({ [name]: value });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      statusCode: 400,
      validation: { query: { source: 'query', keys: [name] } },
    });
  });

  it('rejects a repeated parameter, and drops unknown ones', async () => {
    expect((await ask('service=none&service=sync')).status).toBe(400);
    expect((await ask({ secret: 'x', constructor: 'y' })).status).toBe(200);
    expect(mock.metricsFlows.at(-1)).toEqual({ query: {}, status: 200 });
  });

  it('without a list accepts every origin, without CORS', async () => {
    const answer = await ask({}, ORIGIN);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(mock.metricsFlows).toEqual([{ query: {}, status: 200, origin: ORIGIN }]);
  });

  it('with a list rejects other origins, and lets requests without one pass', async () => {
    const { keys, origin } = mock.context;
    const strict = createMockServer({ era: 'today', origin, keys, metricsFlowOrigins: [ORIGIN] });
    const allowed = await at(strict, {}, ORIGIN);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, ORIGIN]);
    const refused = await at(strict, {}, 'https://other.example');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    expect(await refused.json()).toEqual({ statusCode: 401, error: 'Unauthorized', message: 'CORS Error' });
    expect((await at(strict, {})).status).toBe(200);
    expect(strict.metricsFlows.map(({ status }) => status)).toEqual([200, 401, 200]);
  });

  it('can be made to fail by its name', async () => {
    mock.faults.set([{ where: 'metrics-flow', what: { kind: 'status', status: 503 } }]);
    expect((await ask()).status).toBe(503);
  });
});
