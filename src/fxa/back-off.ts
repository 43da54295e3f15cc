// How long to wait before retrying: what the server asks for, or exponential back-off.

/** Upper limit of any back-off, whatever a header says. Seconds. */
export const LONGEST_BACK_OFF = 3600;

/**
 * Seconds to wait, from the `Retry-After` header (RFC 9110, section 10.2.3) or, where CORS hides it, from the body's
 * `retryAfter`; undefined when neither is there. `now` in milliseconds.
 *
 * FxA: in a 429 body most servers give seconds, the newest give milliseconds. Values up to `LONGEST_BACK_OFF` are read
 * as seconds, so the wait is never shorter than requested. A 503 body gives seconds.
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
  // HTTP dates start with a weekday; `Date.parse` alone would accept much more.
  const date = /^[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : (date - now) / 1000;
}

function fromBody(status: number, value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  return status === 429 && value > LONGEST_BACK_OFF ? value / 1000 : value;
}

/** The largest fraction added at random, so that clients do not all return at once. */
export const JITTER = 0.25;

/**
 * Milliseconds until the next try: doubles from `first` up to `longest` (milliseconds), at least `retryAfter`
 * (seconds), plus jitter from `random` (0 to 1). Pure.
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
