// Tells a busy database from a frozen one, so that requests fail fast instead of hanging with it.
import { StoreError } from './errors.ts';

/** `seconds`: for how long it was frozen. */
export type GuardChange =
  | { readonly isFrozen: true }
  | { readonly isFrozen: false; readonly seconds: number };

/** Milliseconds. Long for a statement of one request; together with a failed probe still well below five seconds. */
const SUSPECT_MS = 1_000;
const LOOK_EVERY_MS = 250;
const RETRY_MS = 250;

/**
 * Starts without a probe, since opening the database has already queried it.
 *
 * @param probe probes on a separate connection, and rejects when there is no answer in time
 * @param drop closes all connections
 */
export function createGuard(
  probe: () => Promise<void>,
  drop: () => void,
  report: (change: GuardChange) => void,
) {
  const waiting = new Set<{ readonly since: number; readonly reject: (error: StoreError) => void }>();
  let frozenSince: number | undefined;
  let isProbing = false;
  let answeredAt = -Infinity;
  let looking: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;
  let isClosed = false;

  const away = () => new StoreError('database_away', 'The database does not answer.', { why: 'frozen' });

  function check(): void {
    const oldest = [...waiting][0];
    if (oldest === undefined) {
      clearInterval(looking);
      looking = undefined;
      return;
    }
    const now = performance.now();
    if (isProbing || frozenSince !== undefined) return;
    if (now - Math.max(oldest.since, answeredAt) < SUSPECT_MS) return;
    isProbing = true;
    probe()
      .then(() => {
        answeredAt = performance.now();
      }, freeze)
      .finally(() => {
        isProbing = false;
      });
  }

  function freeze(): void {
    if (isClosed) return;
    frozenSince = performance.now();
    report({ isFrozen: true });
    for (const { reject } of waiting) reject(away());
    waiting.clear();
    drop();
    thaw();
  }

  function thaw(): void {
    retry = setTimeout(() => {
      probe().then(
        () => {
          const seconds = Math.round((performance.now() - (frozenSince ?? 0)) / 1000);
          frozenSince = undefined;
          answeredAt = performance.now();
          if (!isClosed) report({ isFrozen: false, seconds });
        },
        () => {
          if (!isClosed) thaw();
        },
      );
    }, RETRY_MS).unref();
  }

  return {
    /** Rejects with `database_away` as soon as the database is found frozen, and at once while it is. */
    run<T>(work: () => Promise<T>): Promise<T> {
      if (frozenSince !== undefined) return Promise.reject(away());
      looking ??= setInterval(check, LOOK_EVERY_MS).unref();
      return new Promise((resolve, reject) => {
        const waiter = { since: performance.now(), reject };
        waiting.add(waiter);
        work()
          .then(resolve, reject)
          .finally(() => waiting.delete(waiter));
      });
    },
    close() {
      isClosed = true;
      clearInterval(looking);
      clearTimeout(retry);
    },
  };
}
