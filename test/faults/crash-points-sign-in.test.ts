// Death of the background at a third of its points: signing in.
import { A_THIRD, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'signing in', among: A_THIRD });
