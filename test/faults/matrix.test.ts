// One in 25 cells of the fault matrix, each cell on one era: all requests, also by their other paths.
import { ERAS } from '../../src/mock-accounts/era.ts';
import { proveMatrix, SHORT_CELLS } from './short-runs.ts';

for (const era of ERAS) {
  const among = SHORT_CELLS[era];
  proveMatrix({ era, family: 'oauth' }, { among });
  proveMatrix({ era, family: 'auth' }, { calls: ['exchange', 'refresh', 'destroy'], among });
  proveMatrix({ era, family: 'discovered' }, { calls: ['discovery'], among });
}
