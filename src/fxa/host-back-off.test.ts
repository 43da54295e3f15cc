import { expect, it } from 'vitest';
import { FxaError } from './errors.ts';
import { createHostBackOff } from './host-back-off.ts';

const URL_HERE = 'https://oauth.example/v1/destroy';

function paused(code: 'rate_limited' | 'server_unavailable' | 'offline', retryAfter?: number) {
  const clock = { now: 1_000_000 };
  const backOff = createHostBackOff({ now: () => clock.now, random: () => 0 });
  return { clock, backOff, recorded: backOff.record(URL_HERE, new FxaError(code, 'No', { retryAfter })) };
}

it('blocks requests to the host until its time is over', async () => {
  const { clock, backOff, recorded } = paused('server_unavailable', 30);
  await recorded;
  clock.now += 10_500;
  await expect(backOff.check('https://oauth.example/v1/token')).rejects.toMatchObject({
    code: 'server_unavailable',
    retryAfter: 20,
  });
  await backOff.check('https://profile.example/v1/profile');
  clock.now += 19_500;
  await backOff.check(URL_HERE);
});

it('waits a minute after a 429 without Retry-After', async () => {
  const { clock, backOff, recorded } = paused('rate_limited');
  await recorded;
  clock.now += 59_999;
  await expect(backOff.check(URL_HERE)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 1 });
  clock.now += 1;
  await backOff.check(URL_HERE);
});

it('is never shortened by a later answer', async () => {
  const { clock, backOff, recorded } = paused('rate_limited', 100);
  await recorded;
  await backOff.record(URL_HERE, new FxaError('rate_limited', 'No', { retryAfter: 1 }));
  clock.now += 50_000;
  await expect(backOff.check(URL_HERE)).rejects.toMatchObject({ retryAfter: 50 });
});

it.each(['server_unavailable', 'offline'] as const)(
  'does not block after %s without Retry-After',
  async (code) => {
    const { backOff, recorded } = paused(code);
    await recorded;
    await backOff.check(URL_HERE);
  },
);

it('ignores a pause longer than any server can ask for, which a wrong clock has set', async () => {
  const { clock, backOff, recorded } = paused('rate_limited', 100);
  await recorded;
  clock.now -= 86_400_000;
  await backOff.check(URL_HERE);
});

it('asks callers to wait an hour at most, however much was added', async () => {
  const backOff = createHostBackOff({ now: () => 0, random: () => 1 });
  await backOff.record(URL_HERE, new FxaError('rate_limited', 'No', { retryAfter: 3600 }));
  await expect(backOff.check(URL_HERE)).rejects.toMatchObject({ retryAfter: 3600 });
});

it('knows no pause of a host that is named like a member of every object', async () => {
  const { backOff, recorded } = paused('rate_limited', 100);
  await recorded;
  await backOff.check('https://constructor/v1/token');
});
