// What the build decided: vite.config.ts replaces __BUILD__ by the value. See scripts/build/environment.ts.
import type { Endpoints, EnvironmentName } from '../fxa/environments.ts';
import type { CompanionConfig, MetricsConfig } from '../session/context.ts';

export interface BuildConfig {
  readonly environment: EnvironmentName;
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** The scopes among them whose encryption keys are asked for. Absent: none are, and the code for them is not in the build. */
  readonly keyScopes?: readonly string[];
  /** Mozilla gave the client pairwise subjects. */
  readonly pairwiseSubjects?: boolean;
  /** Absent in `custom`: they are discovered at the issuer. */
  readonly endpoints?: Endpoints;
  /** The companion's page on which a sign-in in a tab ends; part of what Mozilla registers. Absent: there are no such sign-ins. */
  readonly returnPage?: string;
  /** The backend that carries webhooks here and destroys grants. Absent: there is none, and the extension does without. */
  readonly companion?: CompanionConfig;
  /** Where people sign in from, for Mozilla accounts' own statistics; about no person. */
  readonly metrics?: MetricsConfig;
}

declare const __BUILD__: BuildConfig;

export const build: BuildConfig = __BUILD__;
