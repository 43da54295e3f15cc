// How long a day is, for what is kept by days.

/** Milliseconds. */
export const DAY_MS = 86_400_000;
