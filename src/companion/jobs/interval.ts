// What is to be done every so often, one at a time, and whether or not it worked the last time.

export interface Interval {
  /** Resolves when the run that is under way has ended; there is none after it. */
  stop(): Promise<void>;
}

/** Does it at once, and then every `ms` milliseconds. A failure is told to `failed`, and only skips that one time. */
export function startInterval(
  ms: number,
  work: () => Promise<unknown>,
  failed: (error: unknown) => void,
): Interval {
  let under: Promise<void> | undefined;
  const once = () => {
    under ??= work()
      .then(() => undefined, failed)
      .finally(() => {
        under = undefined;
      });
  };
  const timer = setInterval(once, ms);
  // Nobody stays alive for chores.
  timer.unref();
  once();
  return {
    async stop() {
      clearInterval(timer);
      await under;
    },
  };
}
