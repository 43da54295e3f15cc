// Picks known values out of unvalidated data. An allow-list: everything that is not picked is dropped.

/** A member of any value; undefined if missing. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
}

/** The value if it is one of these. */
export function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value);
}

/** The known values of a list. */
export function someOf<T extends string>(known: readonly T[], value: unknown): readonly T[] {
  return Array.isArray(value) ? known.filter((one) => value.includes(one)) : [];
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** A count or measurement: an integer from 0 to a billion. */
export function amount(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e9
    ? (value as number)
    : undefined;
}

/** A time in milliseconds, within this century, formatted to the minute. */
export function instant(value: unknown): string | undefined {
  const [from, to] = [Date.UTC(2000, 0), Date.UTC(2100, 0)];
  if (typeof value !== 'number' || !(value >= from && value < to)) return undefined;
  return `${new Date(value).toISOString().slice(0, 16)}Z`;
}

/** A version of up to four numbers, such as `0.1.0`. */
export function version(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,5}(?:\.\d{1,5}){0,3}$/.test(value) ? value : undefined;
}

/** The major version, such as `153` of `153.7.0esr`. */
export function major(value: unknown): string | undefined {
  return typeof value === 'string' ? version(value.split('.')[0]) : undefined;
}

/** Any array; empty otherwise. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
