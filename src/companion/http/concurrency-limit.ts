// Limits concurrency: runs a number of tasks at a time, queues a number of others, and rejects the rest.

/** Creates a limiter that runs `width` tasks at a time, queues up to `queue`, and rejects others with `full()`. */
export function concurrencyLimit(
  width: number,
  queue: number,
  full: () => Error,
): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < width) {
      running += 1;
    } else {
      if (waiting.length >= queue) throw full();
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
