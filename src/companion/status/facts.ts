// What the status page is made of.
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Clients } from '../clients.ts';
import type { WebhookCount } from '../operations/counters.ts';
import type { Version } from '../operations/dockerflow.ts';
import type { Health } from '../operations/health.ts';
import type { OperatorState } from '../store.ts';

/** Escaped already. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface StatusFacts {
  /** Milliseconds, as is `startedAt`. */
  readonly now: number;
  readonly startedAt: number;
  readonly version: Version;
  readonly clients: Clients;
  readonly health: Health;
  /** Requests bring `X-Forwarded-For`, and no proxy is trusted. */
  readonly forwardedIgnored: boolean;
  /** Undefined while the database does not answer. */
  readonly state: OperatorState | undefined;
  /** Of this instance, since it started. */
  readonly webhooks: readonly WebhookCount[];
  /** After so many days without an event, the page asks whether they still come. */
  readonly silentDays: number;
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
