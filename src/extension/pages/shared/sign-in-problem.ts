// What there is to be told where nobody is signed in, and how much of the view it takes.
import type { Problem } from '../../../session/state/states.ts';
import type { View } from '../../../session/state/view.ts';
import { isCurrent, isRecent } from './problem-age.ts';

export interface SignInProblem {
  /** What went wrong last, while it is news. */
  readonly current: Problem | undefined;
  /** The same where something is wrong indeed: the way out of it comes first. */
  readonly blocking: Problem | undefined;
  /** How the last session ended, where the person did not end it. */
  readonly endReason: Problem | undefined;
}

/** `now` in milliseconds. Pure. */
export function signInProblem({ status, problem, ended }: View, now: number): SignInProblem {
  const current = isCurrent(problem, status, now);
  return {
    current,
    blocking: current?.code === 'cancelled' ? undefined : current,
    endReason: ended && ended.reason !== 'by_user' && isRecent(ended, now) ? ended : undefined,
  };
}
