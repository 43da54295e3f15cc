// Where people sign in from: named in one place, of values Mozilla accounts takes, and handed on by every build.
import { expect, it } from 'vitest';
import { buildConfig } from '../../scripts/build/environment.ts';
import { signInMetrics } from '../../scripts/build/sign-in-metrics.ts';

it('has a default name', () => {
  expect(signInMetrics({})).toEqual({ entrypoint: 'mozilla-account-sign-in', utm: {} });
  expect(signInMetrics({ FXA_ENTRYPOINT: '', FXA_UTM_TERM: '' })).toEqual(signInMetrics({}));
  expect(buildConfig('local', 'firefox', { FXA_UTM_SOURCE: 'shop' }).metrics).toEqual({
    entrypoint: 'mozilla-account-sign-in',
    utm: { source: 'shop' },
  });
});

it('takes every variable there is', () => {
  const names = ['ENTRYPOINT', 'ENTRYPOINT_EXPERIMENT', 'ENTRYPOINT_VARIATION'];
  const utm = ['CAMPAIGN', 'CONTENT', 'MEDIUM', 'SOURCE', 'TERM'];
  const all = [...names, ...utm.map((name) => `UTM_${name}`)];
  expect(signInMetrics(Object.fromEntries(all.map((name) => [`FXA_${name}`, name.toLowerCase()])))).toEqual({
    entrypoint: 'entrypoint',
    entrypointExperiment: 'entrypoint_experiment',
    entrypointVariation: 'entrypoint_variation',
    utm: Object.fromEntries(utm.map((name) => [name.toLowerCase(), `utm_${name.toLowerCase()}`])),
  });
});

it.each(['FXA_ENTRYPOINT', 'FXA_ENTRYPOINT_EXPERIMENT', 'FXA_UTM_CAMPAIGN', 'FXA_UTM_TERM'])(
  'refuses a value of %s that Mozilla accounts would drop',
  (name) => {
    for (const value of ['two words', 'a'.repeat(129), 'ä'])
      expect(() => signInMetrics({ [name]: value })).toThrow(`${name} is "${value}"`);
  },
);
