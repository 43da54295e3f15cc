// The selected fault takes effect at the next request, and ends with the browser.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FxaError } from '../../fxa/errors.ts';
import type { Ports } from '../../session/ports.ts';

const ACCOUNTS = 'https://accounts.example/v1/token';
const COMPANION = 'https://companion.example';
const NOW = 1_790_000_000_000;
const DAY = 86_400_000;

const memory = { items: {} as Record<string, unknown>, refuses: false };
const refused = new FxaError('storage_unavailable', 'No.');
vi.mock('../browser/ports/basics.ts', () => ({
  memoryArea: () => ({
    get: (key: string) => (memory.refuses ? Promise.reject(refused) : Promise.resolve(memory.items[key])),
    set: (items: object) =>
      memory.refuses ? Promise.reject(refused) : Promise.resolve(void Object.assign(memory.items, items)),
  }),
}));

const set = vi.fn(() => Promise.resolve());
const real = {
  now: () => NOW,
  alarms: { set, clear: () => Promise.resolve() },
  fetch: () => Promise.resolve(new Response('real')),
} as unknown as Ports;

/** A new background over the same memory. */
async function start() {
  vi.resetModules();
  const { simulateFault, withSimulatedFault } = await import('./simulate-fault.ts');
  return { simulateFault, ports: await withSimulatedFault(real, COMPANION) };
}
const ask = (ports: Ports, url: string | URL | Request = ACCOUNTS) =>
  ports.fetch(url).then(
    ({ status }) => status,
    (error: unknown) => (error as Error).name,
  );

beforeEach(() => {
  memory.items = {};
  memory.refuses = false;
  set.mockClear();
});

describe('a selected fault', () => {
  it('meets the next request, and gives way to the next choice', async () => {
    const { simulateFault, ports } = await start();
    expect(await ask(ports)).toBe(200);
    await simulateFault('offline');
    expect(await ask(ports)).toBe('TypeError');
    await simulateFault('unavailable');
    expect(await ask(ports)).toBe(503);
    await simulateFault('');
    expect(await ask(ports)).toBe(200);
  });

  it('outlives the background, and ends with the memory of the browser', async () => {
    await (await start()).simulateFault('rateLimited');
    expect(await ask((await start()).ports)).toBe(429);
    memory.items = {};
    expect(await ask((await start()).ports)).toBe(200);
  });

  it('leaves the companion alone, however its address is given', async () => {
    const { simulateFault, ports } = await start();
    await simulateFault('offline');
    const path = `${COMPANION}/v1/session`;
    expect(await Promise.all([path, new URL(path), new Request(path)].map((url) => ask(ports, url)))).toEqual(
      [200, 200, 200],
    );
    expect(
      await Promise.all([new URL(ACCOUNTS), new Request(ACCOUNTS)].map((url) => ask(ports, url))),
    ).toEqual(['TypeError', 'TypeError']);
  });

  it('of the clock moves the extension’s clock, and no alarm', async () => {
    const { simulateFault, ports } = await start();
    for (const [fault, ahead] of [
      ['dayAhead', DAY],
      ['dayBehind', -DAY],
      ['', 0],
    ] as const) {
      await simulateFault(fault);
      expect(ports.now()).toBe(NOW + ahead);
      await ports.alarms.set('alarm', ports.now() + 60_000);
      expect(set).toHaveBeenLastCalledWith('alarm', NOW + 60_000);
    }
  });
});

it('an unknown fault is refused, and changes nothing', async () => {
  const { simulateFault, ports } = await start();
  await simulateFault('offline');
  await expect(simulateFault('sunny')).rejects.toMatchObject({ code: 'invalid_request' });
  expect(await ask(ports)).toBe('TypeError');
});

it('storage that refuses leaves the fault as it was, and none at the start', async () => {
  const before = await start();
  await before.simulateFault('offline');
  memory.refuses = true;
  await expect(before.simulateFault('')).rejects.toBe(refused);
  expect(await ask(before.ports)).toBe('TypeError');
  expect(await ask((await start()).ports)).toBe(200);
});
