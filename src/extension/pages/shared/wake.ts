// Wakes the background while a page shows a running attempt or unsaved data.
import { useEffect } from 'preact/hooks';
import { call } from '../../browser/messaging.ts';

/** Milliseconds. Needed because a background that ends during an attempt may leave no event that wakes another. */
const WAKE_EVERY_MS = 1000;

/** Repeats while the component is mounted. */
export function useWake(): void {
  useEffect(() => {
    const timer = setInterval(() => void call('wake').catch(() => undefined), WAKE_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
}
