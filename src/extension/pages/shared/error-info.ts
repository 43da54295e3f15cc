// The severity, icon and main action for each error code.
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { IconName } from './icon.tsx';

/** Who can fix it. `mild`: nothing is wrong. */
export type Severity = 'mild' | 'waiting' | 'person' | 'fault' | 'storage';

/** The action of the main button; all but the last three sign in. */
export type Action = 'signIn' | 'tryAgain' | 'continue' | 'tab' | 'otherAccount' | 'doctor' | 'reset';

type ErrorInfo = readonly [severity: Severity, icon: IconName, action: Action];

const ERROR_INFO: Record<FxaErrorCode, ErrorInfo> = {
  cancelled: ['mild', 'account', 'signIn'],
  busy: ['waiting', 'waiting', 'tryAgain'],
  interrupted: ['person', 'waiting', 'continue'],
  unanswered: ['fault', 'fault', 'tryAgain'],
  offline: ['waiting', 'offline', 'tryAgain'],
  server_unavailable: ['waiting', 'waiting', 'tryAgain'],
  rate_limited: ['waiting', 'waiting', 'tryAgain'],
  signed_out: ['person', 'ended', 'signIn'],
  reauth_required: ['person', 'ended', 'signIn'],
  account_changed: ['person', 'account', 'tryAgain'],
  token_rejected: ['fault', 'fault', 'tryAgain'],
  scope_denied: ['fault', 'fault', 'doctor'],
  bad_response: ['fault', 'fault', 'tryAgain'],
  state_mismatch: ['person', 'fault', 'tryAgain'],
  misconfigured: ['fault', 'fault', 'doctor'],
  invalid_request: ['fault', 'fault', 'doctor'],
  unsupported: ['person', 'fault', 'tab'],
  account_unverified: ['person', 'account', 'tryAgain'],
  account_disabled: ['person', 'account', 'otherAccount'],
  storage_newer: ['storage', 'storage', 'reset'],
  storage_corrupt: ['storage', 'storage', 'reset'],
  storage_unavailable: ['storage', 'storage', 'tryAgain'],
  internal: ['fault', 'fault', 'tryAgain'],
};

/** Treats unknown codes, which newer versions may have stored, as `internal`. Pure. */
export function errorInfo(code: FxaErrorCode): { severity: Severity; icon: IconName; action: Action } {
  const [severity, icon, action] = Object.hasOwn(ERROR_INFO, code) ? ERROR_INFO[code] : ERROR_INFO.internal;
  return { severity, icon, action };
}
