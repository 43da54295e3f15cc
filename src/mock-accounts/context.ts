/** The context of every endpoint: era rules, state, clock, keys and origin. */
import type { Customs } from './auth/customs.ts';
import type { EraRules } from './era.ts';
import type { Keys } from './keys.ts';
import type { MetricsFlows } from './pages/metrics-flow.ts';
import type { Store } from './store/store.ts';

export interface MockContext {
  readonly rules: EraRules;
  readonly store: Store;
  readonly keys: Keys;
  /** Milliseconds. */
  readonly now: () => number;
  /** The origin of everything; also the issuer. */
  readonly origin: string;
  readonly metricsFlows: MetricsFlows;
  readonly customs: Customs;
}
