// Limits repetition in the log: per minute the first entries of a kind are written, the rest as one sum.

export interface Entry<Level, Fields> {
  readonly level: Level;
  readonly type: string;
  readonly fields: Fields;
}

export interface Repetition<Level, Fields> {
  /** Whether to write the entry now. `most`: entries of its kind written per minute. */
  admit(kind: string, entry: Entry<Level, Fields>, most: number): boolean;
  /** Writes the pending sums now. */
  flush(): void;
}

const MINUTE_MS = 60_000;
/** Maximum kinds per minute, far above what occurs; the rest are summed up as one. */
const MOST_KINDS = 200;
const REST = 'rest';

/** `sum` writes how many more entries like `first` there were. */
export function boundedRepetition<Level, Fields>(
  sum: (first: Entry<Level, Fields>, count: number) => void,
): Repetition<Level, Fields> {
  interface Kind {
    readonly first: Entry<Level, Fields>;
    written: number;
    summed: number;
  }
  let kinds = new Map<string, Kind>();
  let minute: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(minute);
    minute = undefined;
    const ended = kinds;
    kinds = new Map();
    for (const { first, summed } of ended.values()) if (summed > 0) sum(first, summed);
  };

  return {
    admit(name, entry, most) {
      const key = kinds.has(name) || kinds.size < MOST_KINDS ? name : REST;
      const kind = kinds.get(key) ?? { first: entry, written: 0, summed: 0 };
      kinds.set(key, kind);
      minute ??= setTimeout(flush, MINUTE_MS).unref();
      if (kind.written < most) {
        kind.written += 1;
        return true;
      }
      kind.summed += 1;
      return false;
    },
    flush,
  };
}
