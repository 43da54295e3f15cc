// What the build decided: vite.config.ts replaces __BUILD__ by the value. See scripts/environment.ts.
import type { Endpoints, EnvironmentName } from '../fxa/environments.ts';

export interface BuildConfig {
  readonly environment: EnvironmentName;
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** Absent in `custom`: they are discovered at the issuer. */
  readonly endpoints?: Endpoints;
}

declare const __BUILD__: BuildConfig;

export const build: BuildConfig = __BUILD__;
