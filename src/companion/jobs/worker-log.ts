// Reduces graphile-worker's log to what may be written: it logs whole jobs, whose payloads are grant ids.
import { Logger } from 'graphile-worker';

/** A failure in the worker. Without a message, since those of drivers quote values. */
export interface WorkerTrouble {
  readonly level: 'warn' | 'error';
  /** What failed: one job, the worker itself, or maintenance of the store. */
  readonly kind: 'job' | 'worker' | 'maintenance';
  /** The error's class. */
  readonly name?: string;
  /** PostgreSQL's or the system's code. */
  readonly code?: string;
}

/** Maps graphile-worker's levels to ours; the others report every single job. */
const LEVELS: Readonly<Partial<Record<string, WorkerTrouble['level']>>> = { warning: 'warn', error: 'error' };

/** A logger for graphile-worker that reports failures only. */
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
