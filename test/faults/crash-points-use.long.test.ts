// Death of the background at its other points, and of the whole browser at a third of them: the use of a session, with a companion too.
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
