// The background dies at one in 54 of its points: using a session, also with a companion.
import { SHORT_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({
  death: 'background',
  group: 'the use of a session, with a companion too',
  among: SHORT_POINTS,
});
