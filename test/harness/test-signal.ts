// The signal of the test that runs: it aborts when the test is out of time. What outlives a test's function ends with it.

/** Outside vitest nothing is ever out of time. */
let current: AbortSignal = new AbortController().signal;
const ending = new Set<Promise<unknown>>();

export const testSignal = (): AbortSignal => current;

/** For the set-up of vitest alone (out-of-time.ts). */
export function setTestSignal(signal: AbortSignal): void {
  current = signal;
}

/** Ends something when the test is out of time; the next test waits until that is done. Returns how to forget it. */
export function whenOutOfTime(end: () => unknown, signal = current): () => void {
  const onAbort = () => {
    const ended = Promise.resolve(end()).catch(() => undefined);
    ending.add(ended);
    void ended.then(() => ending.delete(ended));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
}

export async function allEnded(): Promise<void> {
  await Promise.all(ending);
}
