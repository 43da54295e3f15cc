// The heading of a view; it can take the focus when the view changes under a person's hands.
import type { ComponentChildren } from 'preact';

export function Heading({ children, quiet = false }: { children: ComponentChildren; quiet?: boolean }) {
  return (
    <h1 tabIndex={-1} class={quiet ? 'quiet' : undefined}>
      {children}
    </h1>
  );
}
