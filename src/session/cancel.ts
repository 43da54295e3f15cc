// Giving up: by the person, or because something takes longer than anybody should wait.
import { FxaError } from '../fxa/errors.ts';

/** @throws FxaError `cancelled` when the signal has been given. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new FxaError('cancelled', 'Cancelled by the person.');
}

/** The work, or a rejection as `cancelled` at the signal, whichever comes first. The work itself goes on. */
export function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancelled = () => {
      reject(new FxaError('cancelled', 'Cancelled by the person.'));
    };
    if (signal.aborted) cancelled();
    signal.addEventListener('abort', cancelled, { once: true });
    work.then(resolve, reject);
  });
}
