// What may be asked of `/metrics-flow` on somebody's behalf: where a sign-in begins, and nothing about a person.
import { parameterFault } from '../../fxa/parameters.ts';

// FxA: the rules of the authorization request and of `/metrics-flow` are the same ones.
const SHARED = [
  'entrypoint',
  'entrypoint_experiment',
  'entrypoint_variation',
  'utm_campaign',
  'utm_content',
  'utm_medium',
  'utm_source',
  'utm_term',
] as const;

const FORM_TYPE = /^(email|other|button|subscribe)$/;

/** Whether a parameter is one that is passed on, with a value Mozilla accounts takes. Pure. */
export function isFlowParameter(name: string, value: string): boolean {
  if (name === 'form_type') return FORM_TYPE.test(value);
  const shared = SHARED.find((known) => known === name);
  return shared !== undefined && parameterFault(shared, value) === undefined;
}
