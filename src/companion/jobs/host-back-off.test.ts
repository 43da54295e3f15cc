import { expect, it } from 'vitest';
import { FxaError } from '../../fxa/errors.ts';
import { hostBackOff } from './host-back-off.ts';

const URL_HERE = 'https://oauth.example/v1/destroy';

function paused(code: 'rate_limited' | 'server_unavailable' | 'offline', retryAfter?: number) {
  const clock = { now: 1_000_000 };
  const gate = hostBackOff(() => clock.now);
  return { clock, gate, told: gate.refused(URL_HERE, new FxaError(code, 'No', { retryAfter })) };
}

it('blocks requests to the host until its time is over', async () => {
  const { clock, gate, told } = paused('server_unavailable', 30);
  await told;
  clock.now += 10_500;
  await expect(gate.pass('https://oauth.example/v1/token')).rejects.toMatchObject({
    code: 'server_unavailable',
    retryAfter: 20,
  });
  await gate.pass('https://profile.example/v1/profile');
  clock.now += 19_500;
  await gate.pass(URL_HERE);
});

it('waits a minute after a 429 without Retry-After', async () => {
  const { clock, gate, told } = paused('rate_limited');
  await told;
  clock.now += 59_999;
  await expect(gate.pass(URL_HERE)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 1 });
  clock.now += 1;
  await gate.pass(URL_HERE);
});

it('is never shortened by a later answer', async () => {
  const { clock, gate, told } = paused('rate_limited', 100);
  await told;
  await gate.refused(URL_HERE, new FxaError('rate_limited', 'No', { retryAfter: 1 }));
  clock.now += 50_000;
  await expect(gate.pass(URL_HERE)).rejects.toMatchObject({ retryAfter: 50 });
});

it.each(['server_unavailable', 'offline'] as const)(
  'does not block after %s without Retry-After',
  async (code) => {
    const { gate, told } = paused(code);
    await told;
    await gate.pass(URL_HERE);
  },
);
