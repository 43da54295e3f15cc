// Web Locks for tests: shared by all contexts of a host; a dead context releases its locks and its place in the queue.
import type { Locks } from '../../src/session/ports.ts';

interface Request {
  readonly owner: object;
  readonly grant: () => void;
}

export interface LockManager {
  /** The locks as one context sees them. */
  locksFor(owner: object): Locks;
  release(owner: object): void;
  held(): readonly string[];
}

export function createLockManager(): LockManager {
  const holders = new Map<string, object>();
  const waiting = new Map<string, Request[]>();
  const dead = new WeakSet();
  /** What a dead context still asks for, it never gets. */
  const never = () => new Promise<never>(() => undefined);

  const next = (name: string) => {
    holders.delete(name);
    const request = waiting.get(name)?.shift();
    if (!request) return;
    holders.set(name, request.owner);
    request.grant();
  };

  const letGo = (name: string, owner: object) => {
    if (holders.get(name) === owner) next(name);
  };

  return {
    held: () => [...holders.keys()],

    locksFor: (owner) => ({
      async exclusive(name, work) {
        if (dead.has(owner)) return never();
        if (holders.has(name)) {
          await new Promise<void>((grant) => {
            waiting.set(name, [...(waiting.get(name) ?? []), { owner, grant }]);
          });
        } else {
          holders.set(name, owner);
        }
        try {
          return await work();
        } finally {
          letGo(name, owner);
        }
      },
      async ifFree(name, work) {
        if (dead.has(owner)) return never();
        if (holders.has(name)) return false;
        holders.set(name, owner);
        try {
          await work();
        } finally {
          letGo(name, owner);
        }
        return true;
      },
    }),

    release(owner) {
      dead.add(owner);
      for (const [name, requests] of waiting) {
        waiting.set(
          name,
          requests.filter((request) => request.owner !== owner),
        );
      }
      for (const [name, holder] of [...holders]) if (holder === owner) next(name);
    },
  };
}
