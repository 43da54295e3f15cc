// The background dies at a third of its points, and the browser at another third: signing in.
import { NEXT_THIRD_OF_POINTS, THIRD_OF_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'signing in', among: NEXT_THIRD_OF_POINTS });
proveCrashPoints({ death: 'browser', group: 'signing in', among: THIRD_OF_POINTS });
