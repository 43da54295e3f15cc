// The build-time values that pages may know; vite.config.ts inserts them.
import type { EnvironmentName } from '../fxa/environments.ts';
import type { Servers } from './server-config.ts';

export interface PageFacts {
  /** All except `production` are tester builds. */
  readonly environment: EnvironmentName;
  /** The host permission for signing in in a tab; absent in builds without a return page. */
  readonly returnPagePattern?: string;
  readonly servers: Servers;
}

declare const __PAGE_FACTS__: PageFacts;

export const facts: PageFacts = __PAGE_FACTS__;
