// Names the build on every page, except in production.
import { facts } from '../../facts.ts';
import { text } from './text.ts';

export function TesterNote() {
  if (facts.environment === 'production') return null;
  return <p class="tester">{text('testerBuild', facts.environment)}</p>;
}
