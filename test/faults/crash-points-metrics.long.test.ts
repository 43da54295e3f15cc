// The background dies at its other points, and the browser at a third of them: metrics.
import { THIRD_OF_POINTS, proveCrashPoints, OTHER_POINTS } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'metrics', among: OTHER_POINTS });
proveCrashPoints({ death: 'browser', group: 'metrics', among: THIRD_OF_POINTS });
