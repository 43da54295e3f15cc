// The background dies at a ninth of its points: metrics.
import { SHORT_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'metrics', among: SHORT_POINTS });
