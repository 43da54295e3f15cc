// graphile-worker's log, cut down to what may be written: it hands on whole jobs, and their payloads are grants' ids.
import { Logger } from 'graphile-worker';

/** Something went wrong in the worker. No message: those of drivers repeat what they were given. */
export interface WorkerTrouble {
  readonly level: 'warn' | 'error';
  /** What it concerns: one job, the worker itself, or a chore of the store. */
  readonly kind: 'job' | 'worker' | 'chore';
  /** The error's class. */
  readonly name?: string;
  /** PostgreSQL's, or the system's. */
  readonly code?: string;
}

/** graphile-worker's levels by ours; what is not here is news of every single job. */
const LEVELS: Readonly<Partial<Record<string, WorkerTrouble['level']>>> = { warning: 'warn', error: 'error' };

/** A logger for graphile-worker that tells of trouble and of nothing else. */
export function workerLogger(log: (trouble: WorkerTrouble) => void): Logger {
  return new Logger(() => (level, _message, meta = {}) => {
    const known = LEVELS[level];
    if (known === undefined) return;
    log({ level: known, kind: meta.job === undefined ? 'worker' : 'job', ...namesOf(meta.error) });
  });
}

/** Class and code of whatever was thrown. */
export function namesOf(error: unknown): Pick<WorkerTrouble, 'name' | 'code'> {
  if (typeof error !== 'object' || error === null) return {};
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return {
    ...(isCode(name) && { name }),
    ...(isCode(code) && { code }),
  };
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^\w{1,64}$/.test(value);
}
