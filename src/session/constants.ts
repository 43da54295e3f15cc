// All that pages may import of the rules, besides the keys of storage-items.ts: lists, versions and limits, each defined
// beside its type.
export { JITTER, LONGEST_BACK_OFF } from '../fxa/back-off.ts';
export { FXA_ERROR_CODES, FXA_REASONS } from '../fxa/errors.ts';
export { METRICS_BLOCKERS } from './metrics/consent.ts';
export { METRICS_EVENTS } from './metrics/events.ts';
export { POLICIES } from './policy.ts';
export { JOURNAL_REASONS } from './state/record.ts';
export { PHASES, STATUSES, VIAS } from './state/states.ts';
export { EMPTY_VIEW, SESSION_ONLY, VIEW_VERSION } from './state/view.ts';
