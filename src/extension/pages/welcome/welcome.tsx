// The introduction for new users.
import { useRef } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { Heading } from '../shared/heading.tsx';
import { useRestoredFocus } from '../shared/restore-focus.ts';
import { MetricsChoice } from '../shared/metrics-choice.tsx';
import { Section } from '../shared/section.tsx';
import { TesterNote } from '../shared/tester-note.tsx';
import { text } from '../shared/text.ts';
import { SignIn } from './sign-in.tsx';
import { Toolbar } from './toolbar.tsx';

export function Welcome({ view }: { view: View }) {
  const state = useRef<HTMLHeadingElement>(null);
  useRestoredFocus(() => state.current, view.status);
  return (
    <main class="wide" data-status={view.status}>
      <TesterNote />
      <Heading>{text('welcomeTitle')}</Heading>
      <p class="lead">{text('welcomeText')}</p>
      <Toolbar />
      <p>{text('welcomePin')}</p>
      <SignIn view={view} heading={state} />
      <Section title={text('welcomeStoredTitle')}>
        <p>{text('welcomeStored')}</p>
      </Section>
      <Section title={text('welcomePrivateTitle')}>
        <p>{text('welcomePrivate')}</p>
      </Section>
      <Section title={text('optionsMetrics')}>
        <MetricsChoice view={view} />
      </Section>
      <nav class="links" aria-label={text('welcomeMore')}>
        <a href="../options/index.html">{text('settings')}</a>
        <a href="../doctor/index.html">{text('somethingWrong')}</a>
      </nav>
    </main>
  );
}
