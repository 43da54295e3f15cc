// Where a running attempt is, in words.
import type { View } from '../../../session/state/view.ts';
import { text } from './text.ts';

/** True while the person is to finish in a tab, and not in the browser's own window. Pure. */
export const isInTab = ({ phase, via }: View): boolean => phase === 'window' && via === 'tab';

export const phaseWords = (view: View): string =>
  text(isInTab(view) ? 'phaseTab' : `phase_${view.phase ?? 'checking'}`);
