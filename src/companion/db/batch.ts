// Group commit: while one batch is written the next one gathers. Under load many items share a commit; a single item is
// written at once.
import { StoreError } from './errors.ts';

export interface BatchOptions {
  /** Maximum items in one batch. */
  readonly size: number;
  /** Maximum items waiting; beyond that `queue_full`. */
  readonly limit: number;
  /**
   * Milliseconds a batch waits for as many items as arrived together recently, for databases where each statement is
   * expensive (as PostgreSQL's `commit_delay`). 0: never. A single item never waits.
   */
  readonly gather: number;
  /** Whether an error may be due to one item, so that the items should be retried one by one. */
  readonly separable: (error: unknown) => boolean;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Wraps a batch writer as a single-item writer; one batch in flight. */
export function batched<Item>(
  write: (items: readonly Item[]) => Promise<void>,
  { size, limit, gather, separable }: BatchOptions,
): (item: Item) => Promise<void> {
  let waiting: Waiting<Item>[] = [];
  let busy = false;
  let onArrival = (): void => undefined;

  async function writeAll(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, size);
      waiting = waiting.slice(size);
      await writeBatch(batch);
      const together = Math.min(size, batch.length + waiting.length);
      if (gather > 0 && together > 1) await gathered(together);
    }
    busy = false;
  }

  /** Resolves when `many` items wait, or after `gather` milliseconds. */
  function gathered(many: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, gather);
      onArrival = () => {
        if (waiting.length < many) return;
        clearTimeout(timer);
        resolve();
      };
      onArrival();
    });
  }

  async function writeBatch(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      await write(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length > 1 && separable(error)) for (const one of batch) await writeBatch([one]);
      else for (const { reject } of batch) reject(error);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= limit) {
        reject(new StoreError('queue_full', 'Too many deliveries are waiting for the database.'));
        return;
      }
      waiting.push({ item, resolve, reject });
      onArrival();
      if (!busy) void writeAll();
    });
}
