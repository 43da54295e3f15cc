// The rest of the fault matrix: the other cells, where endpoints are discovered, and against the servers of 2019.
import { OTHER_CELLS, proveMatrix } from './short-runs.ts';

proveMatrix({ era: 'today', family: 'oauth' }, { among: OTHER_CELLS });
proveMatrix(
  { era: 'today', family: 'auth' },
  { calls: ['exchange', 'refresh', 'destroy'], among: OTHER_CELLS },
);
proveMatrix({ era: 'today', family: 'discovered' });
proveMatrix({ era: '2019', family: 'discovered' });
proveMatrix({ era: '2019', family: 'auth' });
proveMatrix({ era: '2019', family: 'oauth' });
