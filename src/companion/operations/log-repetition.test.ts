import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from './log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function log() {
  const lines: string[] = [];
  const made = createLog({ format: 'mozlog', level: 'debug', out: { write: (line) => lines.push(line) } });
  const written = () => {
    const entries = lines.splice(0).map((line) => JSON.parse(line) as { Type: string; Fields: object });
    return entries.map(({ Type, Fields }) => [Type, Fields]);
  };
  return { ...made, written };
}

it('tally writes the first entry of a kind, and a sum of the others once a minute', () => {
  const { tally, written } = log();
  for (let n = 0; n < 1000; n += 1) tally('request', { route: '/*', status: 404 }, { method: 'GET', ms: n });
  tally('request', { route: '/*', status: 405 });
  expect(written()).toEqual([
    ['request', { route: '/*', status: 404, method: 'GET', ms: 0 }],
    ['request', { route: '/*', status: 405 }],
  ]);
  vi.advanceTimersByTime(60_000);
  expect(written()).toEqual([['request_repeated', { route: '/*', status: 404, count: 999, seconds: 60 }]]);
  tally('request', { route: '/*', status: 404 });
  expect(written()).toHaveLength(1);
  vi.advanceTimersByTime(60_000);
  expect(written()).toEqual([]);
});

it('writes failures individually, and many of one kind as a sum, without holding back other kinds', () => {
  const { failure, written, flush } = log();
  for (let n = 0; n < 500; n += 1) failure('request_failed', new RangeError('x'));
  failure('request_failed', new TypeError('y'));
  expect(written()).toHaveLength(21);
  flush();
  expect(written()).toMatchObject([['request_failed_repeated', { name: 'RangeError', count: 480 }]]);
});

it('writes a bounded number of lines for any number of kinds', () => {
  const { event, written, flush } = log();
  for (let n = 0; n < 10_000; n += 1) event('trouble', { code: `E${n}` });
  flush();
  expect(written().length).toBeLessThan(500);
});

it('writes every entry at debug', () => {
  const { event, written } = log();
  for (let n = 0; n < 100; n += 1) event('request', { status: 200 }, 'debug');
  expect(written()).toHaveLength(100);
});
