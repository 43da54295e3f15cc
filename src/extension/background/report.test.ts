// No text of an error reaches the console: it may hold a token or an address.
import { inspect } from 'node:util';
import { afterEach, expect, it, vi } from 'vitest';
import { FxaError } from '../../fxa/errors.ts';
import { report } from './report.ts';

afterEach(() => void vi.restoreAllMocks());

const CANARY = 'c0ffee-ada@example.com';

it.each([
  ['one of ours', new FxaError('offline', CANARY, { cause: new Error(CANARY) }), 'offline'],
  ['one of the browser', new TypeError(CANARY, { cause: CANARY }), 'TypeError'],
  ['an object', { message: CANARY }, 'unknown error'],
  ['a text', CANARY, 'unknown error'],
])('tells %s by its name alone', (_what, error, name) => {
  const written = vi.spyOn(console, 'error').mockReturnValue();
  report(error);
  expect(written.mock.calls).toEqual([['fxa:', name]]);
  expect(inspect(written.mock.calls, { depth: 9 })).not.toContain(CANARY);
});
