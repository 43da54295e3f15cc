// For tests: the signed-out view before anything has happened.
import type { View } from '../session/state/view.ts';

export const OUT = {
  version: 3,
  status: 'signedOut',
  sessionOnly: 'off',
  pendingRevocations: 0,
  metrics: { on: false, closedBy: [] },
} as const satisfies View;
