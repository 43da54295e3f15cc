// The background dies at its other points, and the browser at a third of them: changes of mind, settings and endings.
import { THIRD_OF_POINTS, proveCrashPoints, OTHER_POINTS } from './short-runs.ts';

proveCrashPoints({
  death: 'background',
  group: 'changes of mind, settings and endings',
  among: OTHER_POINTS,
});
proveCrashPoints({
  death: 'browser',
  group: 'changes of mind, settings and endings',
  among: THIRD_OF_POINTS,
});
