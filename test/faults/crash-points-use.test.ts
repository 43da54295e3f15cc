// Death of the background at a ninth of its points: the use of a session, with a companion too.
import { SHORT_POINTS, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({
  death: 'background',
  group: 'the use of a session, with a companion too',
  among: SHORT_POINTS,
});
