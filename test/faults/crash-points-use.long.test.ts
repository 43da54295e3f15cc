// The background dies at a third of its points, and the browser at another: using a session, also with a companion.
import { THIRD_OF_POINTS, proveCrashPoints, NEXT_THIRD_OF_POINTS } from './short-runs.ts';

proveCrashPoints({
  death: 'background',
  group: 'the use of a session, with a companion too',
  among: NEXT_THIRD_OF_POINTS,
});
proveCrashPoints({
  death: 'browser',
  group: 'the use of a session, with a companion too',
  among: THIRD_OF_POINTS,
});
