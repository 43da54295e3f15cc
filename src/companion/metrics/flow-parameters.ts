// Parameters passed on to `/metrics-flow`: where a sign-in began, nothing about a person.
import { parameterFault } from '../../fxa/authorization-parameters.ts';

// FxA: the authorization request and `/metrics-flow` share these rules.
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

/** Whether a parameter is passed on, with a value Mozilla accounts accepts. Pure. */
export function isFlowParameter(name: string, value: string): boolean {
  if (name === 'form_type') return FORM_TYPE.test(value);
  const shared = SHARED.find((known) => known === name);
  return shared !== undefined && parameterFault(shared, value) === undefined;
}
