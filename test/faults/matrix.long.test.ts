// The fault matrix where endpoints are discovered, and against the servers of 2019.
import { proveMatrix } from './short-runs.ts';

proveMatrix({ era: 'today', family: 'discovered' });
proveMatrix({ era: '2019', family: 'discovered' });
proveMatrix({ era: '2019', family: 'auth' });
proveMatrix({ era: '2019', family: 'oauth' });
