import { expect, it, vi } from 'vitest';
import type { Problem, View } from '../../../session/state/view.ts';
import { OUT } from '../../testing.ts';

vi.mock('../api.ts', () => ({ browser: {} }));
const { notificationFor } = await import('./notifications.ts');

const signedIn: View = { ...OUT, status: 'signedIn', since: 1 };
const revoked = { code: 'reauth_required', reason: 'grant_revoked', at: 5 } as const;
const interrupted = { code: 'interrupted', at: 7 } as const;
const ended: View = { ...OUT, status: 'needsReauth', endReason: revoked };
const unreadable: View = { ...OUT, problem: { code: 'storage_unavailable', at: 6 } };
const stopped: View = { ...OUT, problem: interrupted };

it.each<[string, View, View, Problem | undefined]>([
  ['Mozilla accounts ended it', signedIn, ended, revoked],
  ['that was known', ended, { ...ended, pendingRevocations: 1 }, undefined],
  ['it was ended once more', ended, { ...ended, endReason: { ...revoked, at: 9 } }, { ...revoked, at: 9 }],
  ['a sign-in was interrupted', { ...OUT, status: 'signingIn' }, stopped, interrupted],
  ['that was known', stopped, { ...stopped, pendingRevocations: 1 }, undefined],
  ['an attempt to sign in again was interrupted', ended, { ...ended, problem: interrupted }, interrupted],
  [
    'that attempt to sign in again was cancelled',
    { ...ended, status: 'signingIn' },
    { ...ended, problem: { code: 'cancelled', at: 8 } },
    undefined,
  ],
  ['the person has seen that it was interrupted', { ...ended, problem: interrupted }, ended, undefined],
  ['what was unreadable can be read again', unreadable, ended, undefined],
  ['the person signs in again', ended, { ...ended, status: 'signingIn' }, undefined],
  [
    'the person cancelled',
    { ...OUT, status: 'signingIn' },
    { ...OUT, problem: { code: 'cancelled', at: 8 } },
    undefined,
  ],
  [
    'a sign-in failed while the user watched',
    { ...OUT, status: 'signingIn' },
    { ...OUT, problem: { code: 'offline', at: 8 } },
    undefined,
  ],
  [
    'the person signed out',
    signedIn,
    { ...OUT, endReason: { code: 'signed_out', reason: 'by_user', at: 8 } },
    undefined,
  ],
  [
    'it ended with the browser, as they wished',
    signedIn,
    { ...OUT, endReason: { code: 'signed_out', reason: 'session_only', at: 8 } },
    undefined,
  ],
])('when %s', (_when, before, after, notice) => {
  expect(notificationFor(before, after)).toEqual(notice);
});

it('does not notify about the initial state', () => {
  expect(notificationFor(undefined, ended)).toBeUndefined();
  expect(notificationFor(ended, undefined)).toBeUndefined();
});
