// Giving up: by the person, or because something takes longer than anybody should wait.
import { FXA_REASONS, FxaError } from '../fxa/errors.ts';

/** The signal may be given with a reason of ours: what the person is to know about it. */
function cancelled(signal: AbortSignal): FxaError {
  const reason = FXA_REASONS.find((known) => known === signal.reason);
  return new FxaError('cancelled', 'Cancelled by the person.', { reason });
}

/** @throws FxaError `cancelled` when the signal has been given. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal);
}

/** The work, or a rejection as `cancelled` at the signal, whichever comes first. The work itself goes on. */
export function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      reject(cancelled(signal));
    };
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject);
  });
}
