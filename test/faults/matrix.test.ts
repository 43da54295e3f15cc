// The fault matrix against the servers of today: all calls, and by their other paths those that have some.
import { proveMatrix } from './short-runs.ts';

proveMatrix({ era: 'today', family: 'oauth' });
proveMatrix({ era: 'today', family: 'auth' }, ['exchange', 'refresh', 'destroy']);
proveMatrix({ era: 'today', family: 'discovered' }, ['discovery']);
