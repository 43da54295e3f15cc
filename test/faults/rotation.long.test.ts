// On a server that rotates refresh tokens: the death of the background at the other points of a refresh.
import { proveRotation } from './rotation.ts';

proveRotation((point) => point % 7 !== 0);
