// The background dies at a third of its points, and the browser at another: changes of mind, settings and endings.
import { THIRD_OF_POINTS, proveCrashPoints, NEXT_THIRD_OF_POINTS } from './short-runs.ts';

proveCrashPoints({
  death: 'background',
  group: 'changes of mind, settings and endings',
  among: NEXT_THIRD_OF_POINTS,
});
proveCrashPoints({
  death: 'browser',
  group: 'changes of mind, settings and endings',
  among: THIRD_OF_POINTS,
});
