// Death of the background at the other two thirds of its points, and of the whole browser at the first: changes of mind, settings and endings.
import { A_THIRD, proveCrashPoints, THE_REST } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'changes of mind, settings and endings', among: THE_REST });
proveCrashPoints({ death: 'browser', group: 'changes of mind, settings and endings', among: A_THIRD });
