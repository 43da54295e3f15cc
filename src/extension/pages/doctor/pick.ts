// Picks what is known out of what may be anything. Nothing is cleaned and nothing is removed: what is not picked is not there.

/** A member of anything; undefined where there is none. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
}

/** The value when it is one of these, word for word. */
export function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value);
}

/** Those of a list that are known. */
export function someOf<T extends string>(known: readonly T[], value: unknown): readonly T[] {
  return Array.isArray(value) ? known.filter((one) => value.includes(one)) : [];
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** What is counted or measured: whole, from 0 up to a billion. */
export function amount(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e9
    ? (value as number)
    : undefined;
}

/** An instant in milliseconds, of this century, as people read it: to the minute. */
export function instant(value: unknown): string | undefined {
  const [from, to] = [Date.UTC(2000, 0), Date.UTC(2100, 0)];
  if (typeof value !== 'number' || !(value >= from && value < to)) return undefined;
  return `${new Date(value).toISOString().slice(0, 16)}Z`;
}

/** At most four numbers with dots between: `0.1.0`. */
export function version(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,5}(?:\.\d{1,5}){0,3}$/.test(value) ? value : undefined;
}

/** The first part of a version, whatever follows: `153` of `153.7.0esr`. */
export function major(value: unknown): string | undefined {
  return typeof value === 'string' ? version(value.split('.')[0]) : undefined;
}

/** A list of anything. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The keys of a table that the compiler holds whole: `keys<Phase>({ … })`. */
export function keys<T extends string>(table: Record<T, true>): readonly T[] {
  return Object.keys(table) as T[];
}
