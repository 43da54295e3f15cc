// The background dies at its other points, and the browser too: signing in.
import { proveCrashPoints, OTHER_POINTS } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'signing in', among: OTHER_POINTS });
proveCrashPoints({ death: 'browser', group: 'signing in', among: OTHER_POINTS });
