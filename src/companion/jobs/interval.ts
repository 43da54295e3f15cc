// Runs a task at an interval, one run at a time, whether or not the last run failed.

export interface Interval {
  /** Stops the interval; resolves when the current run has ended. */
  stop(): Promise<void>;
}

/** Runs the task at once and then every `ms` milliseconds. Failures are passed to `failed`. */
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
  // The timer must not keep the process alive.
  timer.unref();
  once();
  return {
    async stop() {
      clearInterval(timer);
      await under;
    },
  };
}
