// Where the focus goes when what had it goes away.
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Gives the focus to `target` when `status` is another than at the last drawing, or when what had the focus is no longer
 * there, and nothing else has taken it. A focus that still has its place stays where it is.
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
