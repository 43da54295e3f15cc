// Death of the background at every point of every use case.
import { proveCrashPoints } from './prove.ts';

proveCrashPoints({ death: 'background' });
