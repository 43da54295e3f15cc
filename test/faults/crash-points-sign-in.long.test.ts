// Death of the background at the other two thirds of its points, and of the browser: signing in.
import { proveCrashPoints, THE_REST } from './short-runs.ts';

proveCrashPoints({ death: 'background', group: 'signing in', among: THE_REST });
proveCrashPoints({ death: 'browser', group: 'signing in', among: THE_REST });
