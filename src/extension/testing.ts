// For tests: the signed-out view before anything has happened.
import type { View } from '../session/state/view.ts';

export const OUT = {
  version: 4,
  status: 'signedOut',
  sessionOnly: 'off',
  pendingRevocations: 0,
  metrics: { on: false, blockedBy: [] },
} as const satisfies View;
