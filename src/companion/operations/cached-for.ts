// Caches the result of an expensive question for a while.

/**
 * Caches what `ask` resolves with for `fresh` milliseconds, and shares a call in progress. Failures are not cached.
 * `now` in milliseconds.
 */
export function cachedFor<T>(
  fresh: number,
  now: () => number,
  ask: (at: number) => Promise<T>,
): () => Promise<T> {
  let cached: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const at = now();
    // Expires at once when the clock is set back.
    if (cached !== undefined && at >= cached.at && at - cached.at < fresh) return cached.answer;
    const entry = { at, answer: ask(at) };
    cached = entry;
    entry.answer.catch(() => {
      if (cached === entry) cached = undefined;
    });
    return entry.answer;
  };
}
