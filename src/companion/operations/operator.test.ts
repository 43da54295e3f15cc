import { expect, it } from 'vitest';
import { createCounters } from './counters.ts';
import { prometheusRoute } from './operator.ts';

it('accepts the new and the old password while it is replaced, and nothing else', async () => {
  const counters = createCounters();
  const app = prometheusRoute(counters, 'new,old');
  for (const [given, status] of [
    ['new', 200],
    ['old', 200],
    ['new,old', 401],
    ['', 401],
  ] as const) {
    const headers = { authorization: `Basic ${btoa(`operator:${given}`)}` };
    expect((await app.request('/metrics', { headers })).status).toBe(status);
  }
});
