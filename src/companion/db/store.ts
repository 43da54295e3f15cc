// The companion's store on a database, put together from its parts.
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { deliveries } from './deliveries.ts';
import { metrics } from './metrics.ts';
import { operator } from './operator.ts';
import { pruning } from './prune.ts';
import { sessionCreation } from './create-session.ts';
import { revocations } from './revocations.ts';
import { sessions } from './sessions.ts';

/** A worker that is killed leaves graphile-worker's lock for hours; this much later its job is somebody else's. */
const OVERDUE_AFTER_MS = 120_000;

export interface StoreOptions {
  /** Milliseconds after which a revocation that is due and was not tried is queued again. */
  readonly overdueAfter?: number;
}

/** Any number of stores may work on one database, in one process or many. */
export function createStore(
  database: Database,
  { overdueAfter = OVERDUE_AFTER_MS }: StoreOptions = {},
): Store {
  return {
    ...deliveries(database),
    ...sessions(database),
    ...sessionCreation(database),
    ...metrics(database),
    ...revocations(database, overdueAfter),
    ...operator(database),
    ...pruning(database),
  };
}
