// Build-time configuration: vite.config.ts replaces __BUILD__ by the value. See scripts/build/environment.ts.
import type { Endpoints, EnvironmentName } from '../fxa/environments.ts';
import type { CompanionConfig, MetricsConfig } from '../session/context.ts';

export interface BuildConfig {
  readonly environment: EnvironmentName;
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** The scopes whose encryption keys are requested. Absent: none, and the build omits the code for keys. */
  readonly keyScopes?: readonly string[];
  /** True if Mozilla configured the client for pairwise subjects. */
  readonly pairwiseSubjects?: boolean;
  /** Absent in `custom` builds, which discover them at the issuer. */
  readonly endpoints?: Endpoints;
  /** The sources of the CSP's `connect-src` in builds whose servers are fixed; absent: any https. */
  readonly connectsTo?: readonly string[];
  /** The companion's page where a sign-in in a tab ends; registered with Mozilla. Absent: no sign-in in tabs. */
  readonly returnPage?: string;
  /** The backend that forwards webhooks and destroys grants. Absent: the extension works without one. */
  readonly companion?: CompanionConfig;
  /** Entry point and campaign for Mozilla accounts' own statistics; not personal. */
  readonly metrics?: MetricsConfig;
}

declare const __BUILD__: BuildConfig;

export const build: BuildConfig = __BUILD__;
