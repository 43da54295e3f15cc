// The rest of the fault matrix: the other cells, where endpoints are discovered, and against the servers of 2019 and 2023.
import { OTHER_CELLS, proveMatrix } from './short-runs.ts';

proveMatrix({ era: 'today', family: 'oauth' }, { among: OTHER_CELLS.today });
proveMatrix(
  { era: 'today', family: 'auth' },
  { calls: ['exchange', 'refresh', 'destroy'], among: OTHER_CELLS.today },
);
proveMatrix({ era: 'today', family: 'discovered' });
for (const era of ['2023', '2019'] as const)
  for (const family of ['discovered', 'auth', 'oauth'] as const)
    proveMatrix({ era, family }, { among: OTHER_CELLS[era] });
