/** Scope strings as FxA handles them. The rules of implication are the protocol's own. */
import { collapseScopes, implies, isValidScope } from '../fxa/scopes.ts';

/** The values of a scope string, or undefined when one of them is no scope. */
export function scopeValues(scope: string): string[] | undefined {
  const values = scope.split(/\s+/).filter((value) => value !== '');
  return values.every(isValidScope) ? values : undefined;
}

/** The string with every scope left out that another one implies. FxA: `profile profile:email` is granted as `profile`. */
export function collapse(scope: string): string {
  return collapseScopes(scopeValues(scope) ?? []).join(' ');
}

/** The requested values that nothing in `granted` covers. */
export function uncovered(requested: string, granted: string): string[] {
  const grantedValues = scopeValues(granted) ?? [];
  return (scopeValues(requested) ?? []).filter(
    (value) => !grantedValues.some((other) => implies(other, value)),
  );
}

/** Whether `granted` covers everything in `requested`. */
export function covers(granted: string, requested: string): boolean {
  return uncovered(requested, granted).length === 0;
}

/** The string without the value. */
export function without(scope: string, value: string): string {
  return (scopeValues(scope) ?? []).filter((other) => other !== value).join(' ');
}
