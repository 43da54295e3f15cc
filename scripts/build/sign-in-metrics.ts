// Where people sign in from, for Mozilla accounts' own statistics: from the build's variables, the same for everybody.
import { parameterFault } from '../../src/fxa/authorization-parameters.ts';
import type { MetricsConfig } from '../../src/session/context.ts';

/** The default name of our entry point at Mozilla accounts. */
const ENTRYPOINT = 'mozilla-account-sign-in';

/** @throws Error with a sentence for the person who builds. */
export function signInMetrics(variables: Readonly<Record<string, string | undefined>>): MetricsConfig {
  const read = (parameter: Parameters<typeof parameterFault>[0]) => {
    const name = `FXA_${parameter.toUpperCase()}`;
    // An empty variable counts as unset.
    const value = variables[name] || undefined;
    const fault = value === undefined ? undefined : parameterFault(parameter, value);
    if (fault !== undefined) throw new Error(`${name} is "${value}": ${fault}.`);
    return value;
  };
  return {
    entrypoint: read('entrypoint') ?? ENTRYPOINT,
    ...given({
      entrypointExperiment: read('entrypoint_experiment'),
      entrypointVariation: read('entrypoint_variation'),
    }),
    utm: given({
      campaign: read('utm_campaign'),
      content: read('utm_content'),
      medium: read('utm_medium'),
      source: read('utm_source'),
      term: read('utm_term'),
    }),
  };
}

function given(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const entries = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(entries) as Record<string, string>;
}
