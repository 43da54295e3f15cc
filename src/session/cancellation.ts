// Cancellation of an attempt: its signal is aborted with an FxaError `cancelled`.

/** The result of the work, or a rejection with the signal's reason once it is aborted. The work itself continues. */
export function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject);
  });
}
