// Implements the `Locks` port with Web Locks, which span contexts and are released when their context dies.
import type { Locks } from '../../../session/ports.ts';

export const webLocks: Locks = {
  exclusive: (name, work) => navigator.locks.request(name, work),
  ifFree: (name, work) =>
    navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await work();
      return lock !== null;
    }),
};
