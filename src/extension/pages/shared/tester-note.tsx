// Every build but production says which one it is, on each of its pages.
import { facts } from '../../page-facts.ts';
import { text } from './text.ts';

export function TesterNote() {
  if (facts.environment === 'production') return null;
  return <p class="tester">{text('testerBuild', facts.environment)}</p>;
}
