// How long ago each client's last event came, and how often the operator expects one (COMPANION_EXPECT_EVENTS_EVERY).
import * as v from 'valibot';
import type { Client } from '../clients.ts';
import { withTimeouts } from '../db/with-timeout.ts';
import type { Store } from '../store.ts';
import { cachedFor } from './cached-for.ts';

/** Seconds by the client's name; '' stands for all others. 0: none are expected. */
export type ExpectedEvents = ReadonlyMap<string, number>;

export interface EventAge {
  /** The client's name. */
  readonly client: string;
  /** Milliseconds; undefined when no event is known. */
  readonly lastAt: number | undefined;
  /** Seconds since the last event or, when none is known, since the client was first configured. */
  readonly age: number;
  /** Seconds within which an event is expected; undefined where none is. */
  readonly expectedEvery: number | undefined;
}

export interface EventAgeParts {
  readonly store: Pick<Store, 'lastEvents'>;
  readonly clients: readonly Pick<Client, 'clientId' | 'name'>[];
  /** Absent: no events are expected. */
  readonly expected?: ExpectedEvents | undefined;
  /** Milliseconds. */
  readonly now: () => number;
}

const ENTRY = /^(?:([a-z0-9-]{1,40})=)?(\d{1,7})([smhd]?)$/;
const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };
const FRESH_MS = 10_000;
const DATABASE_TIME_MS = 2000;

/** Reads `6h`, or `6h,notes-chromium=7d` with other times for clients by name. */
export const expectedEvents = v.pipe(
  v.string(),
  v.transform((value) => value.split(/[\s,]+/).filter(Boolean)),
  v.everyItem(
    (entry) => ENTRY.test(entry),
    'must be a time such as "6h" (s, m, h or d), or times by client such as "6h,notes=2d"',
  ),
  v.transform((entries): ExpectedEvents => {
    const times = entries.map((entry) => {
      const [, name = '', count, unit = ''] = ENTRY.exec(entry) ?? [];
      return [name, Number(count) * (SECONDS[unit] ?? 1)] as const;
    });
    return new Map(times);
  }),
);

/** Reads the ages, at most every ten seconds. Rejects as the store does, or after two seconds. */
export function createEventAges(parts: EventAgeParts): () => Promise<readonly EventAge[]> {
  const { clients, expected, now } = parts;
  const { lastEvents } = withTimeouts(parts.store, DATABASE_TIME_MS);
  const last = cachedFor(FRESH_MS, now, () => lastEvents());
  return async () => {
    const known = await last();
    return clients.map(({ clientId, name }) => {
      const { since = now(), at } = known[clientId] ?? {};
      const lastAt = at ?? undefined;
      const every = expected?.get(name) ?? expected?.get('') ?? 0;
      return {
        client: name,
        lastAt,
        age: Math.max(0, (now() - (lastAt ?? since)) / 1000),
        expectedEvery: every === 0 ? undefined : every,
      };
    });
  };
}

/** Names of the clients whose last event is older than expected. */
export function silentClients(ages: readonly EventAge[]): string[] {
  return ages.filter(({ age, expectedEvery = Infinity }) => age > expectedEvery).map(({ client }) => client);
}
