import { expect, it, vi } from 'vitest';

vi.mock('../../browser/api.ts', () => ({ browser: {} }));
const { duration } = await import('./finding-row.tsx');

it.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [119, '119 seconds'],
  [120, '2 minutes'],
  [7199, '120 minutes'],
  [7200, '2 hours'],
  [172_800, '2 days'],
  [31_536_000, '365 days'],
])('%d s', (seconds, words) => {
  expect(duration(seconds, 'en')).toBe(words);
});

it('is formatted in the page language', () => {
  expect(duration(300, 'de')).toBe('5 Minuten');
});
