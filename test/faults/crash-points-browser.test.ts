// Death of the whole browser at a third of the points where somebody signs in. All other use cases: `npm run test:long`.
import { A_THIRD, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'browser', group: 'signing in', among: A_THIRD });
