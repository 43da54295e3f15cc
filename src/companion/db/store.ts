// The store, assembled from its parts.
import type { Store, WebSignIns } from '../store.ts';
import type { Database } from './database.ts';
import { deliveries } from './deliveries.ts';
import { metrics } from './metrics.ts';
import { operator } from './operator.ts';
import { pruning } from './prune.ts';
import { sessionCreation } from './create-session.ts';
import { revocations } from './revocations.ts';
import { rekeyAccount } from './rotation.ts';
import { sessions } from './sessions.ts';
import { webSignIns } from './web-sign-in.ts';

/** graphile-worker keeps a killed worker's lock for hours; after this time its job is requeued. */
const OVERDUE_AFTER_MS = 120_000;

/** Any number of stores, in one process or many, may share a database. */
export function createStore(
  database: Database,
  { overdueAfter = OVERDUE_AFTER_MS }: { readonly overdueAfter?: number } = {},
): Store & WebSignIns {
  return {
    ...deliveries(database),
    ...sessions(database),
    ...sessionCreation(database),
    ...metrics(database),
    ...revocations(database, overdueAfter),
    ...operator(database),
    ...pruning(database),
    ...webSignIns(database),
    rekey: (keys) => rekeyAccount(database, keys),
  };
}
