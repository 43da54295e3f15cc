// How long to stay away: as long as an answer asks, and longer with each try that came to nothing.

/** No back-off is longer, whatever a header says. Seconds. */
export const LONGEST_BACK_OFF = 3600;

/**
 * Seconds to wait, from `Retry-After` where it can be read (CORS hides it without host permissions), else from the
 * body's `retryAfter`; undefined when the answer names none. `now` in milliseconds.
 *
 * FxA: a 429 body gives seconds at most servers and milliseconds at the newest. Read as seconds up to the longest back-off, it
 * is never less than was asked. A 503 body gives seconds. RFC 9110, section 10.2.3, allows a date in the header.
 */
export function retryAfterSeconds(
  status: number,
  headers: Headers,
  body: Readonly<Record<string, unknown>> | undefined,
  now: number,
): number | undefined {
  const seconds = fromHeader(headers.get('retry-after'), now) ?? fromBody(status, body?.retryAfter);
  return seconds === undefined ? undefined : Math.min(LONGEST_BACK_OFF, Math.max(0, Math.ceil(seconds)));
}

function fromHeader(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  // A date begins with the name of a day; `Date.parse` would take much else for a date.
  const date = /^[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : (date - now) / 1000;
}

function fromBody(status: number, value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  return status === 429 && value > LONGEST_BACK_OFF ? value / 1000 : value;
}

/** Up to this part is added, so that what was stopped together does not come back together. */
const JITTER = 0.25;

/**
 * Milliseconds until the next try: doubling with each from `first` to `longest` (milliseconds), never less than `retryAfter`
 * (seconds), with jitter by `random` (0 to 1). Pure.
 */
export function nextTry(
  { first, longest }: { readonly first: number; readonly longest: number },
  attempts: number,
  random: number,
  retryAfter = 0,
): number {
  const backOff = Math.min(longest, first * 2 ** attempts);
  return Math.max(retryAfter * 1000, backOff) * (1 + random * JITTER);
}
