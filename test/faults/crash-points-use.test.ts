// Death of the background at a third of its points: the use of a session, with a companion too.
import { A_THIRD, proveCrashPoints } from './short-runs.ts';

proveCrashPoints({
  death: 'background',
  group: 'the use of a session, with a companion too',
  among: A_THIRD,
});
