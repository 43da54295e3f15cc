// Death of the browser in every use case, at every fourth point; the long run (`npm run faults`) takes each.
import { proveCrashPoints } from './prove.ts';

proveCrashPoints({ death: 'browser', every: 4 });
