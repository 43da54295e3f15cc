// A store for requests, with a time limit: the request is answered with 503 while the work itself may go on.
import type { Store } from '../store.ts';
import { StoreError } from './errors.ts';

/** Below the five seconds within which every request must be answered. */
const LIMIT_MS = 4_500;

/** Wraps a store so that each method rejects with `database_away` (`time_out`) after `limit` milliseconds. */
export function withTimeouts<S extends Partial<Store>>(store: S, limit = LIMIT_MS): S {
  const methods = Object.entries(store as Record<string, (...given: unknown[]) => Promise<unknown>>);
  return Object.fromEntries(
    methods.map(([name, method]) => [name, (...given: unknown[]) => withTimeout(method(...given), limit)]),
  ) as S;
}

function withTimeout<T>(work: Promise<T>, limit: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new StoreError('database_away', 'The database takes too long.', { why: 'time_out' }));
    }, limit);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
