// Another account signs in while a call runs: at every moment.
import { proveAtMoments } from './account-changed.ts';

proveAtMoments(1);
