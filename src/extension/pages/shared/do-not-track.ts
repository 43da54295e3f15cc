// Reports a tracking objection (DNT, GPC) to the background, which cannot read it.
import { call } from '../../browser/messaging.ts';

/** An absent signal is no objection. */
function objects(): boolean {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & {
    globalPrivacyControl?: boolean;
    doNotTrack?: string | null;
  };
  return globalPrivacyControl === true || doNotTrack === '1';
}

/** Call it in every page with metrics settings or counted actions. Errors as `call`. */
export function tellObjection(): Promise<void> {
  return call('objection', objects() ? 'objects' : 'silent');
}
