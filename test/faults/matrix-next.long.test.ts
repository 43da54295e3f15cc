// A part of the fault matrix on the server that Mozilla plans; `npm run faults` has all of it.
import { OTHER_CELLS, proveMatrix } from './short-runs.ts';

proveMatrix({ era: 'next', family: 'oauth' }, { among: OTHER_CELLS.next });
