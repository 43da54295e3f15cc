// Requests that wait at the mock server until the test lets them go: long enough to end something in between.
import type { CallName } from '../../src/mock-accounts/faults/model.ts';
import { eventually } from '../../scripts/driver/wait.ts';

/** Whether a request is held before it has its effect, or after, with its answer. */
export type HeldWhen = 'before' | 'after';

export interface Hold {
  /** Waits until a request is being held. */
  reached(): Promise<void>;
  /** Lets go of what is held, and holds no more. */
  release(): void;
}

export interface Holds {
  /** Default: after. */
  hold(call: CallName, when?: HeldWhen): Hold;
  /** Resolves when nothing holds a request of these names there (any more). */
  pass(calls: readonly CallName[], when: HeldWhen): Promise<void>;
}

export function createHolds(): Holds {
  const active = new Set<{ call: CallName; when: HeldWhen; held: number; released: Promise<void> }>();
  return {
    hold(call, when = 'after') {
      let letGo: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (letGo = resolve));
      const entry = { call, when, held: 0, released };
      active.add(entry);
      return {
        reached: async () => {
          await eventually(`a ${call} request at the mock server`, () => Promise.resolve(entry.held > 0));
        },
        release: () => {
          active.delete(entry);
          letGo();
        },
      };
    },
    async pass(calls, when) {
      for (const entry of active) {
        if (entry.when !== when || !calls.includes(entry.call)) continue;
        entry.held += 1;
        await entry.released;
      }
    },
  };
}
