/** What every endpoint is handed: the rules of the era, the state, the clock, the keys and the address. */
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
  /** The one origin everything lives on; also the issuer. */
  readonly origin: string;
  readonly metricsFlows: MetricsFlows;
}
