import { expect, it } from 'vitest';
import { FXA_ERROR_CODES, type FxaErrorCode } from '../../../fxa/errors.ts';
import { errorInfo } from './error-info.ts';

it.each([
  ['offline', 'waiting', 'tryAgain'],
  ['interrupted', 'person', 'continue'],
  ['unsupported', 'person', 'tab'],
  ['account_disabled', 'person', 'otherAccount'],
  ['misconfigured', 'fault', 'doctor'],
  ['storage_corrupt', 'storage', 'reset'],
] as const)('%s is for %s: %s', (code, severity, action) => {
  expect(errorInfo(code)).toMatchObject({ severity, action });
});

it('offers a reset only for unreadable storage', () => {
  expect(FXA_ERROR_CODES.filter((code) => errorInfo(code).action === 'reset')).toEqual([
    'storage_newer',
    'storage_corrupt',
  ]);
});

it('treats an unknown code as an internal error', () => {
  expect(errorInfo('teapot' as FxaErrorCode)).toEqual(errorInfo('internal'));
});
