// Formats a duration.

const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** Uses the largest unit with a count of at least two: 90 seconds, 5 minutes, 3 days. Pure. */
export function duration(seconds: number, language: string): string {
  const [unit, length] = STEPS.find(([, long]) => seconds >= 2 * long) ?? (['second', 1] as const);
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.round(seconds / length));
}
