// Death of the background at a third of its points: metrics.
import { A_THIRD, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'metrics', among: A_THIRD });
