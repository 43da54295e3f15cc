// What must hold for metrics in any history: no request while they are blocked, and no count twice at the companion,
// whatever crashes and whatever answer is lost.
import { LOCAL } from '../../src/session/state/storage-items.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { MetricsEvent } from '../../src/contract/companion.ts';
import { type MetricsQueue } from '../../src/session/metrics/queue.ts';
import { blockedBy, type Environment } from '../../src/session/metrics/consent.ts';
import type { Area } from '../../src/session/ports.ts';
import { emptyRecord, type StoredRecord } from '../../src/session/state/record.ts';
import type { Host } from '../harness/host.ts';
import { accountIn } from './account-of-token.ts';

export type Totals = ReadonlyMap<string, number>;

export interface MetricsWatch {
  readonly wrong: string[];
  /** Runs work that is judged by what it last read itself, where several things overlap. */
  alone<T>(work: () => T): T;
  /** The uid signed in when the isolated work first read the record; undefined when signed out. */
  began(): string | undefined;
  /** The storage as the session sees it. */
  seen(area: Area): Area;
  around(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
  /** Counts at the companion that were never counted here. */
  surplus(received: Totals): string[];
}

interface Glance {
  open?: boolean;
  first?: { readonly account: string | undefined };
}

// One for all harnesses: every AsyncLocalStorage in use slows down each promise of the process.
const glances = new AsyncLocalStorage<Glance>();

export function watchMetrics(host: Host, environment: () => Environment): MetricsWatch {
  const wrong: string[] = [];
  const isOpen = (stored: unknown) =>
    blockedBy((stored ?? emptyRecord('')) as StoredRecord, environment()).length === 0;

  const ever = new Map<string, number>();
  const setLocal = host.local.set.bind(host.local);
  host.local.set = (key, value) => {
    if (key === LOCAL.metrics) {
      const before = totalsOf(host.local.get(LOCAL.metrics) as MetricsQueue | undefined);
      for (const [line, count] of totalsOf(value as MetricsQueue)) {
        const more = Math.max(0, count - (before.get(line) ?? 0));
        ever.set(line, (ever.get(line) ?? 0) + more);
      }
    }
    return setLocal(key, value);
  };

  return {
    wrong,
    alone: (work) => glances.run({}, work),
    began: () => glances.getStore()?.first?.account,
    seen: (area) => ({
      ...area,
      async get(key) {
        const value = await area.get(key);
        const glance = glances.getStore();
        if (glance && key === 'record') {
          glance.open = isOpen(value);
          glance.first ??= { account: accountIn(value) };
        }
        return value;
      },
    }),
    around: (fetch) => (url, init) => {
      const { pathname } = new URL(String(url));
      if (/^\/v1\/metrics(-flow)?$/.test(pathname) && init?.method !== 'DELETE') {
        const open = glances.getStore()?.open ?? isOpen(host.local.get('record'));
        if (!open) wrong.push(`${pathname} was asked behind a closed gate`);
      }
      return fetch(url, init);
    },
    surplus: (received) =>
      [...received]
        .filter(([line, count]) => count > (ever.get(line) ?? 0))
        .map(([line]) => `counted twice: ${line}`),
  };
}

export const lineOf = ({ name, detail = '', day }: MetricsEvent) => [name, detail, day].join(' ');

function totalsOf(queue: MetricsQueue | undefined): Map<string, number> {
  const totals = new Map<string, number>();
  for (const event of [...(queue?.pending ?? []), ...(queue?.sent ?? [])])
    totals.set(lineOf(event), (totals.get(lineOf(event)) ?? 0) + event.count);
  return totals;
}
