import { expect, it, vi } from 'vitest';

vi.mock('../../browser/api.ts', () => ({ browser: {} }));
const { changeKey } = await import('./change-line.tsx');

it.each([
  ['signedOut', 'signingIn', 'sign_in', 'change_signingIn'],
  ['signingIn', 'signedIn', 'sign_in', 'change_signedIn'],
  ['signingIn', 'signedOut', 'offline', 'change_failed'],
  ['signingIn', 'signedIn', 'cancelled', 'change_failed'],
  ['signingIn', 'signedOut', 'by_user', 'change_signedOut'],
  ['signedIn', 'needsReauth', 'password_changed', 'change_needsReauth'],
  ['signedIn', 'signedOut', 'session_only', 'change_signedOut'],
  ['signedOut', 'signedOut', 'revocations_too_old', 'change_given_up'],
  ['signedOut', 'signedOut', 'reset', 'change_reset'],
  ['signedIn', 'signedIn', 'tokens_refused', 'change_tokens_refused'],
] as const)('from %s to %s because of %s: %s', (from, to, why, key) => {
  expect(changeKey({ at: 1, from, to, why })).toBe(key);
});
