// The background dies at one in 54 of its points: metrics.
import { SHORT_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'metrics', among: SHORT_POINTS });
