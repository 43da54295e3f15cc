// Reduces graphile-worker's log to what may be written: it logs whole jobs, whose payloads are grant ids.
import { Logger } from 'graphile-worker';
import { errorFields, type Fields } from '../operations/log-fields.ts';

/** A failure in the worker: the fields of its error, and what failed: one job, the worker itself, or maintenance. */
export interface WorkerTrouble extends Fields {
  readonly level: 'warn' | 'error';
  readonly kind: 'job' | 'worker' | 'maintenance';
}

/** Maps graphile-worker's levels to ours; the others report every single job. */
const LEVELS: Readonly<Partial<Record<string, WorkerTrouble['level']>>> = { warning: 'warn', error: 'error' };

/** A logger for graphile-worker that reports failures only. */
export function workerLogger(log: (trouble: WorkerTrouble) => void): Logger {
  return new Logger(() => (level, _message, { job, error } = {}) => {
    const known = LEVELS[level];
    if (known === undefined) return;
    const fields = error === undefined ? {} : errorFields(error);
    log({ ...fields, level: known, kind: job === undefined ? 'worker' : 'job' });
  });
}
