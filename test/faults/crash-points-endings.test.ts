// Death of the background at a third of its points: changes of mind, settings and endings.
import { A_THIRD, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'changes of mind, settings and endings', among: A_THIRD });
