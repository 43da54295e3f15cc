// Holds the calls that contexts make, and the answers of the network, and lets them go one at a time as the test picks.
import type { Held } from './host-types.ts';

export interface Scheduler {
  /** For `Host.hold`. */
  readonly hold: (held: Held) => Promise<void>;
  readonly waiting: number;
  /** Lets one of them go, and tells which. */
  release(index: number): string;
  /** Forgets what a dead context waits for. */
  forget(context: number): void;
}

interface Waiting {
  readonly held: Held;
  readonly go: () => void;
}

export function createScheduler(): Scheduler {
  let queue: readonly Waiting[] = [];
  return {
    hold: (held) =>
      new Promise((go) => {
        queue = [...queue, { held, go }];
      }),
    get waiting() {
      return queue.length;
    },
    release(index) {
      const picked = queue[index];
      if (!picked) throw new Error('There is no such call.');
      queue = queue.filter((one) => one !== picked);
      picked.go();
      const { context, call, way } = picked.held;
      return `#${context} ${call}${way === 'back' ? ', its answer' : ''}`;
    },
    forget(context) {
      queue = queue.filter(({ held }) => held.context !== context);
    },
  };
}
