// The frame of pages: language and title, headings, sections, and where the focus goes.
import { render, type ComponentChildren, type FunctionComponent } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { call } from '../../browser/messaging.ts';
import { watchView } from '../../browser/pages/storage.ts';
import { facts } from '../../facts.ts';
import { SimulatedFaultNote } from './simulated-fault.tsx';
import { text } from './text.tsx';

/** A build-time literal: production builds omit simulated faults. */
declare const __TESTER__: boolean;

/** Sets language, direction and title of a page. `title`: a message key. */
export function beginPage(title = 'extensionName'): void {
  document.documentElement.lang = text('language');
  document.documentElement.dir = text('direction');
  document.title = text(title);
}

/** Begins a page that shows the view alone. Resolves once it is painted. */
export function showView(title: string, Page: FunctionComponent<{ view: View }>): Promise<void> {
  beginPage(title);
  return watchView((view) => render(<Page view={view} />, document.body));
}

/** Tells the background, which cannot read it, whether the browser objects to tracking (DNT, GPC). Errors as `call`. */
export function tellObjection(): Promise<void> {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & {
    globalPrivacyControl?: boolean;
    doNotTrack?: string | null;
  };
  const objects = globalPrivacyControl === true || doNotTrack === '1';
  return call('dntGpc', objects ? 'objects' : 'silent');
}

/** The heading of a view, focusable so that it can take the focus when the view changes. */
export function Heading({ children, quiet = false }: { children: ComponentChildren; quiet?: boolean }) {
  return (
    <h1 tabIndex={-1} class={quiet ? 'quiet' : undefined}>
      {children}
    </h1>
  );
}

/** A section with a heading. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** A note that screen readers announce when it appears. */
export const Alert = ({ children }: { children: ComponentChildren }) => (
  <p class="note" role="alert">
    {children}
  </p>
);

/** Names the build and the simulated fault, except in production. */
export function TesterNote() {
  if (facts.environment === 'production') return null;
  return (
    <p class="tester">
      {text('testerBuild', facts.environment)}
      {__TESTER__ && <SimulatedFaultNote />}
    </p>
  );
}

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
