// Moves the focus when the focused element disappears.
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Focuses `target` when `status` changes, or when the focused element is gone and nothing else has the focus.
 */
export function useRestoredFocus(target: () => HTMLElement | null | undefined, status = ''): void {
  const drawn = useRef(status);
  const focused = document.activeElement;
  useLayoutEffect(() => {
    const lost = focused && focused !== document.body && document.activeElement === document.body;
    if (lost || drawn.current !== status) target()?.focus();
    drawn.current = status;
  });
}
