import { expect, it } from 'vitest';
import type { View } from '../../../session/state/view.ts';
import { OUT } from '../../testing.ts';
import { signInProblem } from './sign-in-problem.ts';

const NOW = 1_000_000;
const view = (more: Partial<View>): View => ({ ...OUT, ...more });
const cancelled = { code: 'cancelled', at: NOW } as const;
const offline = { code: 'offline', at: NOW } as const;
const byUser = { code: 'signed_out', reason: 'by_user', at: 1 } as const;
const lost = { code: 'signed_out', reason: 'key_lost', at: 1 } as const;
const DAY = 86_400_000;

it.each<[string, Partial<View>, ReturnType<typeof signInProblem>]>([
  ['nothing', {}, { current: undefined, blocking: undefined, endReason: undefined }],
  [
    'a cancelled sign-in',
    { problem: cancelled },
    { current: cancelled, blocking: undefined, endReason: undefined },
  ],
  ['a failed one', { problem: offline }, { current: offline, blocking: offline, endReason: undefined }],
  [
    'what the person ended',
    { ended: byUser },
    { current: undefined, blocking: undefined, endReason: undefined },
  ],
  ['what others ended', { ended: lost }, { current: undefined, blocking: undefined, endReason: lost }],
])('shows %s', (_what, more, expected) => {
  expect(signInProblem(view(more), NOW)).toEqual(expected);
});

it('shows an end caused by others for a week', () => {
  expect(signInProblem(view({ ended: lost }), 6 * DAY).endReason).toBe(lost);
  expect(signInProblem(view({ ended: lost }), 300 * DAY).endReason).toBeUndefined();
});
