// Death of the background at a third of its points: metrics.
import { A_THIRD, proveCrashPoints } from './prove.ts';

proveCrashPoints({ death: 'background', group: 'metrics', among: A_THIRD });
