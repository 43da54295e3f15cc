import { describe, expect, it } from 'vitest';
import { FXA_ERROR_CODES, FXA_REASONS, FxaError, isFxaError } from './errors.ts';

describe('FxaError', () => {
  it('has only the details it was given', () => {
    const error = new FxaError('rate_limited', 'words', { retryAfter: 30, status: 429, errno: undefined });
    expect(error).toMatchObject({ name: 'FxaError', code: 'rate_limited', retryAfter: 30, status: 429 });
    expect(Object.keys(error)).not.toContain('errno');
    expect(Object.keys(error)).not.toContain('parameter');
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe('words');
  });

  it('keeps its cause out of its enumerable properties', () => {
    const cause = new TypeError('inner');
    const error = new FxaError('offline', 'words', { cause });
    expect(error.cause).toBe(cause);
    expect(JSON.stringify(error)).not.toContain('inner');
    expect('cause' in new FxaError('offline', 'words')).toBe(false);
  });
});

describe('isFxaError', () => {
  it('recognizes an error rebuilt from a message', () => {
    expect(isFxaError({ name: 'FxaError', code: 'offline', message: 'words' })).toBe(true);
    expect(isFxaError(new FxaError('internal', 'words'))).toBe(true);
  });

  it.each([
    null,
    undefined,
    'offline',
    new Error('offline'),
    { name: 'FxaError', code: 'no_such_code' },
    { code: 'offline' },
  ])('does not recognize %s', (value) => {
    expect(isFxaError(value)).toBe(false);
  });
});

it('lists each code and reason once', () => {
  expect(new Set(FXA_ERROR_CODES).size).toBe(FXA_ERROR_CODES.length);
  expect(new Set(FXA_REASONS).size).toBe(FXA_REASONS.length);
});
