// A sixth of the fault matrix against today's servers: all requests, also by their other paths.
import { proveMatrix, SHORT_CELLS } from './short-runs.ts';

proveMatrix({ era: 'today', family: 'oauth' }, { among: SHORT_CELLS });
proveMatrix(
  { era: 'today', family: 'auth' },
  { calls: ['exchange', 'refresh', 'destroy'], among: SHORT_CELLS },
);
proveMatrix({ era: 'today', family: 'discovered' }, { calls: ['discovery'], among: SHORT_CELLS });
