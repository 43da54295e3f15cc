// Death of the background at the other two thirds of its points, and of the whole browser at the first: metrics.
import { A_THIRD, proveCrashPoints, THE_REST } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'metrics', among: THE_REST });
proveCrashPoints({ death: 'browser', group: 'metrics', among: A_THIRD });
