// Group commit: while one batch is being written the next one gathers, so that under load many share a commit, and alone nobody waits.
import { StoreError } from './errors.ts';

export interface BatchOptions {
  /** Items in one batch. */
  readonly size: number;
  /** Items that may wait; then `queue_full`. */
  readonly limit: number;
  /** Whether an error may be one item's fault, so that the others deserve to be tried alone. */
  readonly separable: (error: unknown) => boolean;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Of a writer of many, a writer of one: at most one batch is under way at a time. */
export function batched<Item>(
  write: (items: readonly Item[]) => Promise<void>,
  { size, limit, separable }: BatchOptions,
): (item: Item) => Promise<void> {
  let waiting: Waiting<Item>[] = [];
  let busy = false;

  async function writeAll(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, size);
      waiting = waiting.slice(size);
      await settle(batch);
    }
    busy = false;
  }

  async function settle(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      await write(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length > 1 && separable(error)) for (const one of batch) await settle([one]);
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
      if (!busy) void writeAll();
    });
}
