// Measures clock differences: of Mozilla accounts by its Date header, of the database by query.

export type ClockOwner = 'accounts' | 'database';

export interface Clocks {
  /** Records that the other clock showed `theirs` when ours was between `began` and `ended`. Milliseconds. */
  note(owner: ClockOwner, theirs: number, began: number, ended: number): void;
  /** Milliseconds by which the other clock is ahead; undefined until known. */
  ahead(owner: ClockOwner): number | undefined;
  /** `error`: events are refused because of it; `warning`: far off. */
  state(): 'ok' | 'warning' | 'error';
}

/** Limits of verify-set.ts, in seconds: how far in the future and how old a token may be. */
export interface EventWindow {
  readonly slack: number;
  readonly oldest: number;
}

const FAR_OFF_MS = 30_000;
const OWNERS: readonly ClockOwner[] = ['accounts', 'database'];

/** Calls `changed` when a clock's state changes. */
export function createClocks(
  { slack, oldest }: EventWindow,
  changed: (owner: ClockOwner, state: 'ok' | 'warning' | 'error', seconds: number) => void,
): Clocks {
  const samples: Record<ClockOwner, number[]> = { accounts: [], database: [] };
  const told: Record<ClockOwner, 'ok' | 'warning' | 'error'> = { accounts: 'ok', database: 'ok' };

  /** A single value may come from a cache in between: the smaller of the last two counts. */
  const ahead = (owner: ClockOwner) => samples[owner].toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];

  const stateOf = (owner: ClockOwner) => {
    const ms = ahead(owner) ?? 0;
    const refused = owner === 'accounts' && (ms > slack * 1000 || -ms > oldest * 1000);
    return refused ? 'error' : Math.abs(ms) > FAR_OFF_MS ? 'warning' : 'ok';
  };

  return {
    note(owner, theirs, began, ended) {
      if (!Number.isFinite(theirs)) return;
      samples[owner] = [...samples[owner].slice(-1), theirs - (began + ended) / 2];
      const state = stateOf(owner);
      if (state === told[owner]) return;
      told[owner] = state;
      changed(owner, state, Math.round((ahead(owner) ?? 0) / 1000));
    },
    ahead,
    state: () => {
      const states = OWNERS.map(stateOf);
      return states.includes('error') ? 'error' : states.includes('warning') ? 'warning' : 'ok';
    },
  };
}

/** Wraps `fetch` and records the Date of each response from the given origins. `now` in milliseconds. */
export function readingDates(
  fetcher: typeof fetch,
  origins: ReadonlySet<string>,
  clocks: Pick<Clocks, 'note'>,
  now: () => number,
): typeof fetch {
  return async (input, init) => {
    const began = now();
    const answer = await fetcher(input, init);
    const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    const date = answer.headers.get('date');
    if (date !== null && origins.has(new URL(url).origin)) {
      const age = Number(answer.headers.get('age') ?? 0) || 0;
      // Date is truncated to whole seconds.
      clocks.note('accounts', Date.parse(date) + age * 1000 + 500, began, now());
    }
    return answer;
  };
}
