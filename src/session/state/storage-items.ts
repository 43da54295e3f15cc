// Every storage key, lock and alarm. The names are stored in browsers: rename the code, never the values.

/** Keys in `storage.local`, with the type of the value, its lock, and what clears it. */
export const LOCAL = {
  /** `StoredRecord`, under `LOCKS.record`. Never cleared; a reset replaces it. */
  record: 'record',
  /** `View` for pages, under `LOCKS.record`; written with each record. */
  view: 'view',
  /** `JournalEntry[]` for pages, under `LOCKS.record`; written with each record. */
  journal: 'journal',
  /** Sealed `CompanionSession`s by owner, under `LOCKS.companionSessions`; each is deleted by the handover. */
  companionSessions: 'companion',
  /** `MetricsQueue`, under `LOCKS.metrics`; emptied at sign-out and while metrics are blocked, but for deletions. */
  metrics: 'metrics',
  /** `ServerConfig` that a tester selected (extension/server-config.ts); null for the built-in one. Never cleared. */
  server: 'server',
  /** When the user last opened the popup or code called for a token, in milliseconds. Never cleared. */
  usedAt: 'usedAt',
  /** True once the welcome page was opened. Never cleared. */
  welcomed: 'welcomed',
} as const;

/** Keys in `storage.session`, which the browser empties when it closes; also what clears them earlier. */
export const MEMORY = {
  /** `UnsavedRecord`, under `LOCKS.record`; null once the disk accepts a write. */
  unsavedRecord: 'unwritten',
  /** `CachedToken[]`, under `LOCKS.record`; each is removed once destroyed. */
  tokens: 'tokens',
  /** Secrets by session id, under `LOCKS.secrets`; deleted at the end of their session, or when moved to disk. */
  secrets: 'secrets',
  /** Plain `CompanionSession`s by owner where sessions end with the browser; as in `LOCAL`. */
  companionSessions: 'companion',
  /** `PollPlan`, under `LOCKS.companion`; overwritten by each poll. */
  companionPlan: 'companionAsked',
  /** `RetryPlan` of uploads, under `LOCKS.companion`; overwritten by each upload. */
  uploadPlan: 'metricsSent',
  /** The metrics flow, under `LOCKS.flow`; null once passed on, after a sign-in, and while metrics are blocked. */
  flow: 'flow',
  /** Email address from the popup; null as soon as a sign-in takes it. */
  typedAddress: 'typedAddress',
  /** `TabAttempt`, under `LOCKS.tab`; null once the attempt is finished or cancelled. */
  tabAttempt: 'tabAttempt',
  /** `PendingTabSignIn`; null once the attempt starts or is cancelled, and after two minutes. */
  pendingTabSignIn: 'tabWanted',
  /** The attempt's window, under `LOCKS.window`; null once it has closed. */
  authWindow: 'authWindow',
  /** Public keys of Mozilla accounts; overwritten when refetched. */
  keySet: 'keySet',
  /** Discovered `Endpoints`; overwritten at each sign-in. */
  endpoints: 'endpoints',
  /** `RetryPlan` of refreshes, under `LOCKS.refreshSchedule`; overwritten by each refresh. */
  refreshPlan: 'renewal',
  /** `TokenLimits`, under `LOCKS.tokenLimits`; entries expire after an hour. */
  tokenLimits: 'tokenLimits',
  /** Pauses by host, under `LOCKS.backOff`; removed once over. */
  backOff: 'backOff',
  /** True once record and backup were compared; cleared only with the browser. */
  grantsCompared: 'grantsCompared',
  /** Name of the fault that a tester simulates (extension/simulated-faults.ts); null for none. */
  simulatedFault: 'simulatedFault',
} as const;

/** Names of Web Locks, shared by all contexts. */
export const LOCKS = {
  /** Held while an attempt runs: one at a time. */
  attempt: 'fxa:attempt',
  backOff: 'fxa:backOff',
  companion: 'fxa:companion',
  companionSessions: 'fxa:companionSeats',
  flow: 'fxa:flow',
  /** Held while a grant is in the backup but not yet in the record, and while the two are compared. */
  grantBackup: 'fxa:grantBackup',
  metrics: 'fxa:metrics',
  moveSecrets: 'fxa:moveSecrets',
  outbox: 'fxa:outbox',
  profile: 'fxa:profile',
  /** Held for a read and a write, never during a request. */
  record: 'fxa:record',
  /**
   * Held during a refresh, whatever its scope, and while a grant that rotates is revoked: two refreshes at once are
   * re-use of a token there, which ends the grant.
   */
  refresh: 'fxa:refresh',
  refreshSchedule: 'fxa:renewal',
  secrets: 'fxa:secrets',
  tab: 'fxa:tab',
  tokenLimits: 'fxa:tokenLimits',
  window: 'fxa:window',
} as const;

/** Names of alarms; each is cleared when nothing is left for it to do. */
export const ALARMS = {
  /** The watchdog of a running attempt. */
  attempt: 'fxa:attempt',
  /** The next poll of the companion. */
  companion: 'fxa:companion',
  /** The next try to destroy grants and tokens, or to hand them over. */
  outbox: 'fxa:outbox',
  /** The next refresh ahead of need. */
  refresh: 'fxa:renewal',
  /** The next change of the toolbar's icon without an event (extension/browser/background/toolbar.ts). */
  toolbar: 'fxa:toolbar',
} as const;
