// Bounds what repeats itself in the log: the first entries of a kind within a minute are written, the others as one sum.

export interface Entry<Level, Fields> {
  readonly level: Level;
  readonly type: string;
  readonly fields: Fields;
}

export interface Repetition<Level, Fields> {
  /** Whether the entry should be written now. `most`: entries of its kind that are written within a minute. */
  admit(kind: string, entry: Entry<Level, Fields>, most: number): boolean;
  /** Writes the sums that are due at the end of the minute now. */
  flush(): void;
}

const MINUTE_MS = 60_000;
/** Kinds within a minute. There are far fewer; past so many the rest is summed up as one. */
const MOST_KINDS = 200;
const REST = 'rest';

/** `sum` writes how many more entries there were like this one, the first of its kind. */
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
