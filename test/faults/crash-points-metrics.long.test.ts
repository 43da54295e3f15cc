// The background dies at a ninth of its points, and the browser at another: metrics.
import { NEXT_NINTH_OF_POINTS, NINTH_OF_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'metrics', among: NEXT_NINTH_OF_POINTS });
proveCrashPoints({ death: 'browser', group: 'metrics', among: NINTH_OF_POINTS });
