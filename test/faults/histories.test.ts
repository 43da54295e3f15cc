// Some dozen histories, the same in every run: who lands a change should not draw a lot. `npm run test:long` plays as many
// others, and `npm run faults` goes on to new ones, by the thousand.
import { proveHistories } from './short-runs.ts';

proveHistories(20_261_121, 60);
