// Answers that wait at the stand-in until the test lets them go: long enough to end something in between.
import type { CallName } from '../../src/standin/faults/model.ts';
import { eventually } from './driver/wait.ts';

export interface Hold {
  /** Waits until a request has had its effect; its answer is being held. */
  reached(): Promise<void>;
  /** Lets go of what is held, and holds no more. */
  release(): void;
}

export interface Holds {
  hold(call: CallName): Hold;
  /** Resolves when nothing holds a request of these names (any more). */
  pass(calls: readonly CallName[]): Promise<void>;
}

export function createHolds(): Holds {
  const active = new Set<{ call: CallName; held: number; released: Promise<void> }>();
  return {
    hold(call) {
      let letGo: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (letGo = resolve));
      const entry = { call, held: 0, released };
      active.add(entry);
      return {
        reached: async () => {
          await eventually(`a ${call} request at the stand-in`, () => Promise.resolve(entry.held > 0));
        },
        release: () => {
          active.delete(entry);
          letGo();
        },
      };
    },
    async pass(calls) {
      for (const entry of active) {
        if (!calls.includes(entry.call)) continue;
        entry.held += 1;
        await entry.released;
      }
    },
  };
}
