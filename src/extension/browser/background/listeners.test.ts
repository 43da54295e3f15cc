import { afterEach, expect, it, vi } from 'vitest';

type Listener = (alarm: { readonly name: string; readonly scheduledTime: number }) => void;
const listening: Listener[] = [];
vi.mock('../api.ts', () => ({
  browser: { alarms: { onAlarm: { addListener: (listener: Listener) => listening.push(listener) } } },
}));
const { onAlarm } = await import('./listeners.ts');

afterEach(() => vi.useRealTimers());

it('tells alarms that were due while the device slept from others, by their name', () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const reported: boolean[] = [];
  onAlarm('poll', (isLate) => reported.push(isLate));
  const fire = (name: string, scheduledTime: number) => listening[0]?.({ name, scheduledTime });
  fire('poll', 1_000_000);
  fire('poll', 880_000);
  fire('poll', 879_999);
  fire('other', 0);
  expect(reported).toEqual([false, false, true]);
});
