// Death of the background at the other two thirds of its points, and of the whole browser at the first: the use of a session, with a companion too.
import { A_THIRD, proveCrashPoints, THE_REST } from './short-runs.ts';

proveCrashPoints({
  death: 'background',
  group: 'the use of a session, with a companion too',
  among: THE_REST,
});
proveCrashPoints({ death: 'browser', group: 'the use of a session, with a companion too', among: A_THIRD });
