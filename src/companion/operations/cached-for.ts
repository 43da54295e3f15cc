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
  let kept: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const at = now();
    // Also expires when the clock is set back.
    if (kept !== undefined && Math.abs(at - kept.at) < fresh) return kept.answer;
    const asked = { at, answer: ask(at) };
    kept = asked;
    asked.answer.catch(() => {
      if (kept === asked) kept = undefined;
    });
    return asked.answer;
  };
}
