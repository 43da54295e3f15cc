// The whole browser dies at one in 54 of the points of a sign-in. All other use cases: `npm run test:long`.
import { SHORT_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'browser', group: 'signing in', among: SHORT_POINTS });
