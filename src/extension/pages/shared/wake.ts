// Pages that show a running attempt, or that something is unsaved, keep the background at it.
import { useEffect } from 'preact/hooks';
import { call } from '../../browser/messaging.ts';

/** A background that ends before there is a window, or after, leaves nothing behind that would wake another. */
const WAKE_EVERY_MS = 1000;

/** For as long as what uses it is shown. */
export function useWake(): void {
  useEffect(() => {
    const timer = setInterval(() => void call('wake').catch(() => undefined), WAKE_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
}
