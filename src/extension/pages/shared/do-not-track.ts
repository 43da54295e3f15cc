// Whether this browser tells pages that the person objects to being measured (DNT, GPC). The background cannot see it.
import { call } from '../../browser/messaging.ts';

/** No answer is no objection. */
function objects(): boolean {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & {
    globalPrivacyControl?: boolean;
    doNotTrack?: string | null;
  };
  return globalPrivacyControl === true || doNotTrack === '1';
}

/** To be called by every page on which somebody may choose, or something is counted. Errors as `call`. */
export function tellObjection(): Promise<void> {
  return call('objection', objects() ? 'objects' : 'silent');
}
