// The problems to show to a signed-out user, and how prominently.
import type { Problem } from '../../../session/state/states.ts';
import type { View } from '../../../session/state/view.ts';
import { isCurrent, isRecent } from './problem-age.ts';

export interface SignInProblem {
  /** The last problem, while it should be shown. */
  readonly current: Problem | undefined;
  /** The same, unless cancelled: its action comes first. */
  readonly blocking: Problem | undefined;
  /** How the last session ended, unless the user ended it. */
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
