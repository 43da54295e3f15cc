// A few dozen histories, the same in every run, so that landing a change isn't a matter of luck. `npm run test:long`
// plays more, and `npm run faults` new ones by the thousand.
import { proveHistories } from './short-runs.ts';

proveHistories(20_261_121, 40);
