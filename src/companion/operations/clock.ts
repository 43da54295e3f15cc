// Measures clock differences: of Mozilla accounts by its Date header, of the database by query.
import { CLOCK_LIMITS } from '../security-events/verify-set.ts';

export type ClockOwner = 'accounts' | 'database';

/** The result of a check. */
export type Check = 'ok' | 'warning' | 'error';

export interface Clocks {
  /** Records that the other clock showed `theirs` when ours was between `began` and `ended`. Milliseconds. */
  note(owner: ClockOwner, theirs: number, began: number, ended: number): void;
  /** Milliseconds by which the other clock is ahead; undefined until known. */
  ahead(owner: ClockOwner): number | undefined;
  /** `error`: events are refused because of it; `warning`: far off. */
  state(): Check;
}

const FAR_OFF_MS = 30_000;

/** Calls `changed` when a clock's state changes. */
export function createClocks(
  changed: (owner: ClockOwner, state: Check, seconds: number) => void = () => undefined,
): Clocks {
  const samples: Record<ClockOwner, number[]> = { accounts: [], database: [] };
  const reported: Record<ClockOwner, Check> = { accounts: 'ok', database: 'ok' };

  /** A single value may come from a cache in between: the smaller of the last two counts. */
  const ahead = (owner: ClockOwner) => samples[owner].toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];

  const stateOf = (owner: ClockOwner): Check => {
    const ms = ahead(owner) ?? 0;
    const { slack, oldest } = CLOCK_LIMITS;
    if (owner === 'accounts' && (ms > slack * 1000 || -ms > oldest * 1000)) return 'error';
    return Math.abs(ms) > FAR_OFF_MS ? 'warning' : 'ok';
  };

  return {
    note(owner, theirs, began, ended) {
      if (!Number.isFinite(theirs)) return;
      samples[owner] = [...samples[owner].slice(-1), theirs - (began + ended) / 2];
      const state = stateOf(owner);
      if (state === reported[owner]) return;
      reported[owner] = state;
      changed(owner, state, Math.round((ahead(owner) ?? 0) / 1000));
    },
    ahead,
    state: () => worst([stateOf('accounts'), stateOf('database')]),
  };
}

/** The most serious of several results. */
export function worst(checks: readonly Check[]): Check {
  return checks.find((check) => check === 'error') ?? checks.find((check) => check === 'warning') ?? 'ok';
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
