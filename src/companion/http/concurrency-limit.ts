// Limits concurrency: runs a number of tasks at a time, queues a number of others, and rejects the rest.

export class QueueFull extends Error {
  override readonly name = 'LaneFull';
}

/**
 * Creates a limiter that runs `width` tasks at a time and queues up to `queue`. Errors of the task pass through.
 *
 * @throws QueueFull when the queue is full
 */
export function concurrencyLimit(width: number, queue: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < width) {
      running += 1;
    } else {
      if (waiting.length >= queue) throw new QueueFull();
      // A finished task hands over its slot, so newcomers can't overtake the queue.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
