// The background dies at an eighteenth of its points: metrics.
import { SHORT_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'metrics', among: SHORT_POINTS });
