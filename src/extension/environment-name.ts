// The one fact about the build that pages show: which environment it is for. Everything but production is a tester build.
import type { EnvironmentName } from '../fxa/environments.ts';

declare const __ENVIRONMENT__: EnvironmentName;

export const environment: EnvironmentName = __ENVIRONMENT__;
