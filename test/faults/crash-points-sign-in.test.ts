// The background dies at one in 54 of its points: signing in.
import { SHORT_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'signing in', among: SHORT_POINTS });
