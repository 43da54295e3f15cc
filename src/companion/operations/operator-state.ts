// Caches the store's operator state for ten seconds.
import type { OperatorState, Store } from '../store.ts';

const FRESH = 10_000;

/** Rejects as the store does; the next call tries again. `now` in milliseconds. */
export function operatorState(
  store: Pick<Store, 'operatorState'>,
  now: () => number = Date.now,
): () => Promise<OperatorState> {
  let kept: { readonly at: number; readonly state: Promise<OperatorState> } | undefined;
  return () => {
    const at = now();
    if (kept !== undefined && Math.abs(at - kept.at) < FRESH) return kept.state;
    const asked = { at, state: store.operatorState(at) };
    asked.state.catch(() => {
      if (kept === asked) kept = undefined;
    });
    kept = asked;
    return asked.state;
  };
}
