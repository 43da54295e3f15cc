// All possible findings, in closed lists. Messages, page and report contain nothing else.
import { METRICS_BLOCKERS, POLICIES } from '../../../session/constants.ts';

/** In running order: checks without network come first. */
export const CHECKS = [
  'background',
  'storage',
  'keys',
  'record',
  'permissions',
  'private',
  'redirect',
  'window',
  'alarms',
  'policy',
  'metrics',
  'accounts',
  'tokens',
  'refusals',
  'profile',
  'companion',
  'clock',
] as const;
export type Check = (typeof CHECKS)[number];

/** `look`: works, but needs attention. `unknown`: could not be determined. */
export const VERDICTS = ['fine', 'look', 'broken', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * Every finding and its severity. Its messages are `doctor_<code>` and, unless its severity is `fine`,
 * `doctorNext_<code>`.
 */
export const CODES = {
  backgroundAnswers: 'fine',
  backgroundSlow: 'look',
  backgroundSilent: 'broken',
  storageWorks: 'fine',
  storageNearlyFull: 'look',
  storageRefuses: 'broken',
  keysKept: 'fine',
  keysNotKept: 'look',
  recordReadable: 'fine',
  recordAbsent: 'look',
  recordOtherVersion: 'look',
  recordNewer: 'broken',
  recordCorrupt: 'broken',
  permissionsGranted: 'fine',
  permissionsAlso: 'fine',
  permissionsMissing: 'broken',
  privateAllowed: 'fine',
  privateNotAllowed: 'fine',
  privateUnknown: 'unknown',
  redirectAsBuilt: 'fine',
  redirectDiffers: 'broken',
  redirectUnknown: 'unknown',
  windowThere: 'fine',
  windowTabOnly: 'look',
  windowMissing: 'broken',
  alarmsSet: 'fine',
  alarmsNone: 'fine',
  alarmsMissing: 'look',
  alarmsLate: 'look',
  policyNone: 'fine',
  policySet: 'fine',
  policyIgnored: 'look',
  metricsOpen: 'fine',
  metricsClosed: 'fine',
  serverAnswers: 'fine',
  serverSlow: 'look',
  serverWaits: 'look',
  serverTrouble: 'broken',
  serverSilent: 'broken',
  serverUnreachable: 'broken',
  serverOdd: 'broken',
  serverElsewhere: 'broken',
  serverUnfound: 'unknown',
  tokensClosed: 'broken',
  refusalsNone: 'fine',
  refusalsMany: 'look',
  companionNone: 'fine',
  companionAnswers: 'fine',
  companionSlow: 'look',
  companionTrouble: 'look',
  companionUnreachable: 'look',
  clockRight: 'fine',
  clockAhead: 'look',
  clockBehind: 'look',
  clockUnknown: 'unknown',
  checkFailed: 'unknown',
} as const satisfies Record<string, Verdict>;
export type Code = keyof typeof CODES;

/** The units of measurements. */
export const MEASURES = ['ms', 'seconds', 'kB', 'percent', 'status', 'count'] as const;
export type Measure = (typeof MEASURES)[number];

/** The names that findings may contain; their messages are `doctorName_<name>`. */
export const NAMES = [
  'local',
  'session',
  'identity',
  'storage',
  'alarms',
  'notifications',
  'returnPage',
  'technicalAndInteraction',
  'renewal',
  'companion',
  ...POLICIES,
  ...METRICS_BLOCKERS,
] as const;
export type Name = (typeof NAMES)[number];

export interface Finding {
  readonly check: Check;
  readonly code: Code;
  /** In the order of the message's placeholders. */
  readonly values?: Readonly<Partial<Record<Measure, number>>>;
  readonly names?: readonly Name[];
  /** Where the server sends requests to; shown, not reported. */
  readonly origin?: string;
}

export const verdictOf = ({ code }: Finding): Verdict => CODES[code];

/** Those that have a message. Pure. */
export function known(names: readonly unknown[]): readonly Name[] {
  return NAMES.filter((name) => names.includes(name));
}
