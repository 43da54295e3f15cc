// What the status page and the command `status` show.
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Clients } from '../clients.ts';
import type { EventCount } from '../operations/counters.ts';
import type { Health } from '../operations/health.ts';
import type { OperatorState } from '../store.ts';
import type { Version } from '../version.ts';
import { ago, plural, KINDS } from './words.ts';

/** Already escaped. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Facts {
  /** Milliseconds. */
  readonly now: number;
  readonly version: Version;
  readonly clients: Clients;
  readonly health: Health;
  /** Requests carry `X-Forwarded-For`, but no proxy is trusted. */
  readonly forwardedIgnored: boolean;
  /** Undefined while the database is unavailable. */
  readonly state: OperatorState | undefined;
}

/** Of one running instance. */
export interface InstanceFacts extends Facts {
  /** Milliseconds. */
  readonly startedAt: number;
  /** Counts since it started. */
  readonly webhooks: readonly EventCount[];
  readonly queue: readonly EventCount[];
}

/** Configured clients, and former ones that still have sessions or events. */
export function clientRows({ clients, state, now }: Facts) {
  const ids = new Set([...clients.keys(), ...Object.keys(state?.clients ?? {})]);
  return [...ids].map((id) => {
    const { sessions = 0, lastEvent } = state?.clients[id] ?? {};
    return {
      id,
      name: clients.get(id)?.name ?? 'no longer configured',
      sessions,
      lastEvent: lastEvent ? `${KINDS[lastEvent.kind]}, ${ago(lastEvent.at, now)}` : 'none yet',
    };
  });
}

/** “2 grants waiting, the oldest came 5 hours ago” */
export function waitingGrants({ pending, oldest }: OperatorState['revocations'], now: number): string {
  return `${plural(pending, 'grant')} waiting${oldest === undefined ? '' : `, the oldest came ${ago(oldest, now)}`}`;
}
