// The background dies at a third of its points, and the browser at another: metrics.
import { THIRD_OF_POINTS, proveCrashPoints, NEXT_THIRD_OF_POINTS } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'metrics', among: NEXT_THIRD_OF_POINTS });
proveCrashPoints({ death: 'browser', group: 'metrics', among: THIRD_OF_POINTS });
