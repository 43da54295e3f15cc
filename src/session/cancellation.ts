// Cancellation by an AbortSignal: by the user, or by a timeout.
import { FXA_REASONS, FxaError } from '../fxa/errors.ts';

/** If the signal was aborted with one of our reasons, the error carries it. */
function cancelled(signal: AbortSignal): FxaError {
  const reason = FXA_REASONS.find((known) => known === signal.reason);
  return new FxaError('cancelled', 'Cancelled by the user.', { reason });
}

/** @throws FxaError `cancelled` when the signal was aborted. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal);
}

/** The result of the work, or a rejection as `cancelled` once the signal is aborted. The work itself continues. */
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
