// The input of the status page.
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Clients } from '../clients.ts';
import type { EventCount } from '../operations/counters.ts';
import type { Version } from '../operations/dockerflow.ts';
import type { Health } from '../operations/health.ts';
import type { OperatorState } from '../store.ts';

/** Already escaped. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface StatusFacts {
  /** Milliseconds, as `startedAt`. */
  readonly now: number;
  readonly startedAt: number;
  readonly version: Version;
  readonly clients: Clients;
  readonly health: Health;
  /** Requests carry `X-Forwarded-For`, but no proxy is trusted. */
  readonly forwardedIgnored: boolean;
  /** Undefined while the database is unavailable. */
  readonly state: OperatorState | undefined;
  /** Counts of this instance since it started. */
  readonly webhooks: readonly EventCount[];
  readonly queue: readonly EventCount[];
  /** Days without an event after which the page warns. */
  readonly silentDays: number;
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
