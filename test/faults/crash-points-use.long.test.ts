// The background dies at its other points, and the browser at a third of them: using a session, also with a companion.
import { THIRD_OF_POINTS, proveCrashPoints, OTHER_POINTS } from './short-runs.ts';

proveCrashPoints({
  death: 'background',
  group: 'the use of a session, with a companion too',
  among: OTHER_POINTS,
});
proveCrashPoints({
  death: 'browser',
  group: 'the use of a session, with a companion too',
  among: THIRD_OF_POINTS,
});
