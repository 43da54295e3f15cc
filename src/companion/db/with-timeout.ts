// A store for requests: what it has not done in time is answered as "come again", while the work itself may go on.
import type { Store } from '../store.ts';
import { StoreError } from './errors.ts';

/** Below the five seconds in which every request is to be answered. */
const LIMIT_MS = 4_500;

/** The same store; each of its methods rejects with `database_away` when its time is up. */
export function withTimeouts(store: Store, limit = LIMIT_MS): Store {
  type Method = (...given: unknown[]) => Promise<unknown>;
  const bounded = Object.entries(store as unknown as Record<string, Method>).map(
    ([name, method]) => [name, (...given: unknown[]) => withTimeout(method(...given), limit)] as const,
  );
  return Object.fromEntries(bounded) as unknown as Store;
}

function withTimeout<T>(work: Promise<T>, limit: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new StoreError('database_away', 'The database takes too long.', { why: 'time_out' }));
    }, limit);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
