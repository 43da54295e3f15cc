// Histories that `npm test` leaves out; the same in every run.
import { proveHistories } from './short-runs.ts';

proveHistories(20_261_321, 600);
