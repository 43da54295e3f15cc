// Runs variants in turn, so that whatever else the machine does meets all of them, and compares within each round.

export interface Variant<Name extends string, Result> {
  readonly name: Name;
  readonly run: (seconds: number) => Promise<Result>;
}

/** One list for each variant, by round. */
export type Results<Name extends string, Result> = Readonly<Record<Name, readonly Result[]>>;

/** Until then Node still compiles what is called often, and that costs more than what it does. */
const WARM_UPS = 4;

/** Every round runs every variant once; the order is rotated, and reversed every other time. First all are warmed up. */
export async function inRounds<Name extends string, Result>(
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  variants: readonly Variant<Name, Result>[],
): Promise<Results<Name, Result>> {
  for (let warmUp = 0; warmUp < WARM_UPS; warmUp += 1) for (const { run } of variants) await run(seconds);
  const results = new Map<Name, Result[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = Math.floor(round / 2) % variants.length;
    const order = [...variants.slice(first), ...variants.slice(0, first)];
    for (const { name, run } of round % 2 === 0 ? order : order.reverse()) {
      results.get(name)?.push(await run(seconds));
    }
  }
  return Object.fromEntries(results) as Record<Name, Result[]>;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
  return { median, min: sorted.at(0) ?? NaN, max: sorted.at(-1) ?? NaN };
}

/** Of two variants, round by round. */
export function ratio(over: readonly number[], under: readonly number[]): Spread {
  return spread(over.map((value, round) => value / (under[round] ?? NaN)));
}
