// Error messages never reach the console, since they may contain a token or an email address.
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FxaError } from '../../fxa/errors.ts';
import { report, reportInFull } from './report.ts';

afterEach(() => void vi.restoreAllMocks());

const PRIVATE = 'c0ffee-ada@example.com';

it.each([
  ['one of ours', new FxaError('offline', PRIVATE, { cause: new Error(PRIVATE) }), 'offline'],
  ['one of the browser', new TypeError(PRIVATE, { cause: PRIVATE }), 'TypeError'],
  ['an object', { message: PRIVATE }, 'unknown error'],
  ['a text', PRIVATE, 'unknown error'],
])('logs only the name of %s', (_what, error, name) => {
  const written = vi.spyOn(console, 'error').mockReturnValue();
  report(error);
  expect(written.mock.calls).toEqual([['fxa:', name]]);
  expect(inspect(written.mock.calls, { depth: 9 })).not.toContain(PRIVATE);
});

const SECRETS = {
  'a token': 'ab'.repeat(32),
  'a uid': 'cd'.repeat(16),
  'a verifier': 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  'a JWT': `${'eyJhbGciOiJSUzI1NiJ9'.repeat(3)}.${'eyJzdWIiOiJhZGEifQ'.repeat(4)}.${'c2lnbmF0dXJl'.repeat(8)}`,
  'a code in an address': 'https://x.example/cb?code=1234&state=5678',
  'an address of a person': 'ada.lovelace+fxa@mail.example.com',
};

function inFull(error: unknown): string {
  const written = vi.spyOn(console, 'error').mockReturnValue();
  reportInFull(error);
  return written.mock.calls.map((call) => call.join(' ')).join('\n');
}

describe('reportInFull', () => {
  it('logs message, stack and causes of an unexpected error', () => {
    function myOwnCommand(): never {
      throw new TypeError('cannot read x', { cause: new RangeError('too long') });
    }
    let caught: unknown;
    try {
      myOwnCommand();
    } catch (error) {
      caught = error;
    }
    const text = inFull(caught);
    for (const part of ['TypeError: cannot read x', 'myOwnCommand', 'report.test.ts', 'RangeError: too long'])
      expect(text).toContain(part);
  });

  it('logs only the code of one of ours', () => {
    expect(inFull(new FxaError('offline', PRIVATE, { cause: new Error(PRIVATE) }))).toBe('fxa: offline');
  });

  it.each([
    ['what was thrown if it is a text', 'cannot read x', /^fxa: thrown: cannot read x$/],
    ['only the type of any other value', { message: PRIVATE }, /^fxa: thrown: object$/],
    ['no cause where there is none', new Error('why'), /^(?!.*caused by)/s],
  ])('logs %s', (_what, thrown, expected) => {
    expect(inFull(thrown)).toMatch(expected);
  });

  it('logs the message when the stack lacks it, as in Firefox', () => {
    const error = new Error('why');
    error.stack = 'work@moz-extension://3f2b4b8e-0000-4000-8000-000000000000/main.js:1:2';
    const text = inFull(error);
    expect(text).toContain('Error: why');
    expect(text).toContain(error.stack);
  });

  it.each(Object.entries(SECRETS))('withholds %s', (_what, secret) => {
    const text = inFull(new Error(`failed with ${secret}`, { cause: new Error(secret) }));
    expect(text).toContain('failed with');
    expect(text).not.toContain(secret);
    expect(text).not.toMatch(/code=|1234|eyJ|lovelace/);
    expect(inFull(secret)).not.toContain(secret);
  });
});
