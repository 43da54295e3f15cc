// The background dies at a ninth of its points on the server that Mozilla plans, in every use case that it knows.
import { proveCrashPoints, NINTH_OF_POINTS } from './short-runs.ts';

const GROUPS = [
  'signing in',
  'changes of mind, settings and endings',
  'the use of a session, with a companion too',
] as const;

for (const group of GROUPS)
  proveCrashPoints({ death: 'background', group, among: NINTH_OF_POINTS, era: 'next' });
