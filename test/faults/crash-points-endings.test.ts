// The background dies at one in 54 of its points: changes of mind, settings and endings.
import { SHORT_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({
  death: 'background',
  group: 'changes of mind, settings and endings',
  among: SHORT_POINTS,
});
