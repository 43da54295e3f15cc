// Group commit: while one batch is being written the next one gathers, so that under load many share a commit, and alone nobody waits.
import { StoreError } from './errors.ts';

export interface BatchOptions {
  /** Items in one batch. */
  readonly size: number;
  /** Items that may wait; then `queue_full`. */
  readonly limit: number;
  /**
   * Milliseconds that a batch waits for as many as came together of late, where a statement is dear whatever it holds, as
   * PostgreSQL's `commit_delay` does; 0: it never waits. One that comes alone never does.
   */
  readonly gather: number;
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

  /** Resolves when so many wait, or after the time for it. */
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
