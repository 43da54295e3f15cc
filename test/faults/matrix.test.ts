// A sixth of the fault matrix against the servers of today: all calls, and by their other paths those that have some.
import { proveMatrix, SHORT_CELLS } from './short-runs.ts';

proveMatrix({ era: 'today', family: 'oauth' }, { among: SHORT_CELLS });
proveMatrix(
  { era: 'today', family: 'auth' },
  { calls: ['exchange', 'refresh', 'destroy'], among: SHORT_CELLS },
);
proveMatrix({ era: 'today', family: 'discovered' }, { calls: ['discovery'], among: SHORT_CELLS });
