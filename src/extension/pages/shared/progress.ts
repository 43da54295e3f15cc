// The progress of a running attempt, and keeping the background awake meanwhile.
import { useEffect } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { call } from '../../browser/messaging.ts';
import { text } from './text.tsx';

/** True while the user signs in in a tab instead of a window. Pure. */
export const isInTab = ({ phase, via }: View): boolean => phase === 'window' && via === 'tab';

export const phaseWords = (view: View): string =>
  text(isInTab(view) ? 'phaseTab' : `phase_${view.phase ?? 'checking'}`);

/** Milliseconds. Needed because a background that ends during an attempt may leave no event that wakes another. */
const WAKE_EVERY_MS = 1000;

/** Wakes the background while the component is mounted, which shows a running attempt or unsaved data. */
export function useWake(): void {
  useEffect(() => {
    const timer = setInterval(() => void call('wake').catch(() => undefined), WAKE_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
}
