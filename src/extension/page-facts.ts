// What pages may know of the build: never more than they show or ask for. vite.config.ts puts it in.
import type { EnvironmentName } from '../fxa/environments.ts';

export interface PageFacts {
  /** Everything but production is a tester build. */
  readonly environment: EnvironmentName;
  /** The host permission for a sign-in in a tab; absent in builds without one. */
  readonly returnPagePattern?: string;
}

declare const __PAGE_FACTS__: PageFacts;

export const facts: PageFacts = __PAGE_FACTS__;
