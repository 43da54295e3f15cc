// The length of a day, for data kept by days.

/** Milliseconds. */
export const DAY_MS = 86_400_000;
