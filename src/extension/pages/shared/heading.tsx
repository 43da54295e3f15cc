// The heading of a view, focusable so that it can take the focus when the view changes.
import type { ComponentChildren } from 'preact';

export function Heading({ children, quiet = false }: { children: ComponentChildren; quiet?: boolean }) {
  return (
    <h1 tabIndex={-1} class={quiet ? 'quiet' : undefined}>
      {children}
    </h1>
  );
}
