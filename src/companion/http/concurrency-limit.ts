// A lane: so many at a time, so many waiting, and the next is turned away.

export class QueueFull extends Error {
  override readonly name = 'LaneFull';
}

/** @throws LaneFull when `queue` are waiting already; what the work throws goes through. */
export function concurrencyLimit(width: number, queue: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < width) {
      running += 1;
    } else {
      if (waiting.length >= queue) throw new QueueFull();
      // Whoever ends hands its place over, so nobody who comes now can overtake.
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
