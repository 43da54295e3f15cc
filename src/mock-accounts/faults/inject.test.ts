// Faults without a socket, where a lost response rejects like `fetch`.
import { describe, expect, it } from 'vitest';
import { fresh } from '../testing/fresh.ts';

const { mock, clock } = fresh('today');
const ask = (init: RequestInit = {}) => mock.app.request(`${mock.context.origin}/v1/jwks`, init);

describe('in process', () => {
  it('drop and drop-after reject', async () => {
    for (const kind of ['drop', 'drop-after'] as const) {
      mock.faults.set([{ where: 'jwks', what: { kind } }]);
      await expect(ask()).rejects.toThrow(TypeError);
    }
  });

  it('a truncated response has headers, and a body that fails', async () => {
    mock.faults.set([{ where: 'jwks', what: { kind: 'truncated', cut: 'connection' } }]);
    const answer = await ask();
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow(TypeError);
  });

  it('silence lasts until the client aborts', async () => {
    mock.faults.set([{ where: 'jwks', what: { kind: 'silence' } }]);
    const giveUp = new AbortController();
    const asked = ask({ signal: giveUp.signal });
    giveUp.abort();
    await expect(asked).rejects.toThrow(TypeError);
  });

  it('Retry-After never exceeds the remaining time of its fault', async () => {
    mock.faults.set([{ where: 'jwks', what: { kind: 'status', status: 429, retryAfter: 60 }, seconds: 60 }]);
    const header = async () => (await ask()).headers.get('retry-after');
    expect(await header()).toBe('60');
    clock.now += 45_000;
    expect(await header()).toBe('15');
    clock.now += 15_000;
    expect((await ask()).status).toBe(200);
  });

  it('faults expire by the machine’s clock, not by the server’s skewed one', async () => {
    mock.faults.set([{ where: 'jwks', what: { kind: 'empty' }, seconds: 60 }]);
    mock.faults.change({ clockSkew: 86_400 });
    expect(await (await ask()).text()).toBe('');
    mock.faults.clear();
  });
});
