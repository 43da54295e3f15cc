import { expect, it, vi } from 'vitest';

vi.mock('./browser.ts', () => ({ browser: {} }));
const { needsAttention } = await import('./badge.ts');

const view = { version: 2, sessionOnly: 'off', pendingRevocations: 0 } as const;

it.each([
  ['nobody is signed in', { ...view, status: 'signedOut' }, false],
  ['the person cancelled', { ...view, status: 'signedOut', problem: { code: 'cancelled', at: 1 } }, false],
  [
    'a sign-in was interrupted',
    { ...view, status: 'signedOut', problem: { code: 'interrupted', at: 1 } },
    true,
  ],
  ['a sign-in failed', { ...view, status: 'signedOut', problem: { code: 'offline', at: 1 } }, true],
  [
    'a profile could not be fetched',
    { ...view, status: 'signedIn', problem: { code: 'offline', at: 1 } },
    false,
  ],
  [
    'the browser ended a session that was to last as long',
    { ...view, status: 'signedOut', ended: { code: 'signed_out', reason: 'session_only', at: 1 } },
    true,
  ],
  [
    'the person signed out',
    { ...view, status: 'signedOut', ended: { code: 'signed_out', reason: 'by_user', at: 1 } },
    false,
  ],
  ['Mozilla accounts ended the session', { ...view, status: 'needsReauth' }, true],
] as const)('when %s', (_when, state, attention) => {
  expect(needsAttention(state)).toBe(attention);
});
