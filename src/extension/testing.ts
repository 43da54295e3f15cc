// For tests: the view where nobody is signed in and nothing has happened.
import type { View } from '../session/state/view.ts';

export const OUT = {
  version: 3,
  status: 'signedOut',
  sessionOnly: 'off',
  pendingRevocations: 0,
  metrics: { on: false, closedBy: [] },
} as const satisfies View;
