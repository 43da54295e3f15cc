// What a newcomer is told: in few words, with one picture, and with nothing to be clicked away.
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import type { View } from '../../session/view.ts';
import { facts } from '../page-facts.ts';
import { Heading } from '../ui/heading.tsx';
import { useLostFocus } from '../ui/lost-focus.ts';
import { MetricsChoice } from '../ui/metrics-choice.tsx';
import { text } from '../ui/text.ts';
import { SignIn } from './sign-in.tsx';
import { Toolbar } from './toolbar.tsx';

export function Welcome({ view }: { view: View }) {
  const state = useRef<HTMLHeadingElement>(null);
  useLostFocus(() => state.current, view.status);
  return (
    <main class="wide" data-status={view.status}>
      {facts.environment !== 'production' && <p class="tester">{text('testerBuild', facts.environment)}</p>}
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

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
