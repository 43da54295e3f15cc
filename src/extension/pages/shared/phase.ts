// Describes the progress of a running attempt.
import type { View } from '../../../session/state/view.ts';
import { text } from './text.ts';

/** True while the user signs in in a tab instead of a window. Pure. */
export const isInTab = ({ phase, via }: View): boolean => phase === 'window' && via === 'tab';

export const phaseWords = (view: View): string =>
  text(isInTab(view) ? 'phaseTab' : `phase_${view.phase ?? 'checking'}`);
