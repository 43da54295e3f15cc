// Keeps graphile-worker running on the companion's database, for due revocations and the database's maintenance.
import { setTimeout as wait } from 'node:timers/promises';
import { Logger, makeWorkerUtils, run, type Runner, type TaskList } from 'graphile-worker';
import type { Database } from '../db/database.ts';
import { errorFields, type Fields } from '../operations/log-fields.ts';
import type { Store } from '../store.ts';
import { DAY_MS } from '../day.ts';
import type { Revoke } from './revocations.ts';

const CONCURRENCY = 2;
/** Milliseconds. NOTIFY wakes the worker for jobs due at once; polling finds those due later. */
const POLL_MS = 2_000;
/** graphile-worker unlocks a killed worker's jobs after 4 hours; the store requeues them much sooner. */
const SWEEP_MS = 60_000;
/** Delay before restarting a worker that ended by itself, as after long database trouble. */
const RESTART_MS = 5_000;
/** Time for current attempts to end. After that their locks remain for the sweep to find. */
const STOP_MS = 10_000;

/** The fields of an error, and what failed: one job, the worker itself, or maintenance. */
export interface WorkerFailure extends Fields {
  readonly level: 'warn' | 'error';
  readonly kind: 'job' | 'worker' | 'maintenance';
}

export interface WorkerParts {
  readonly database: Pick<Database, 'pool' | 'tidy'>;
  readonly store: Pick<Store, 'requeueOverdue' | 'prune'>;
  readonly revoke: Revoke;
  readonly log: (failure: WorkerFailure) => void;
  /** Milliseconds. */
  readonly pollEvery?: number;
  /** Milliseconds between two sweeps for lost attempts. */
  readonly sweepEvery?: number;
}

/**
 * Starts the worker. Resolves with a function that stops it, waits up to 10 seconds for current attempts, and never
 * rejects. Rejects with the database's error when it can't start.
 */
export async function startWorker(parts: WorkerParts): Promise<() => Promise<void>> {
  const { store, log, sweepEvery = SWEEP_MS } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const isOver = () => signal.aborted;
  const reportAs = (kind: WorkerFailure['kind']) => (error: unknown) => {
    log({ ...errorFields(error), level: 'error', kind });
    return undefined;
  };
  const ended = reportAs('worker');
  const failed = reportAs('maintenance');

  let runner = await start(parts);
  void keepRunning();
  const maintenance = [
    repeat(sweepEvery, () => store.requeueOverdue(), failed, signal),
    repeat(DAY_MS, () => daily(parts, failed), failed, signal),
  ];

  async function keepRunning(): Promise<void> {
    let current: Runner | undefined = runner;
    for (;;) {
      if (current) {
        await ending(current, ended);
        // Not awaited: its current jobs may finish beside the next worker.
        void stop(current);
      }
      await pause(RESTART_MS, signal);
      if (isOver()) return;
      current = await start(parts).catch(ended);
      if (current === undefined) continue;
      runner = current;
      if (isOver()) await stop(current);
    }
  }

  return async () => {
    stopping.abort();
    await Promise.race([
      Promise.all([stop(runner), ...maintenance]),
      wait(STOP_MS, undefined, { ref: false }),
    ]);
  };
}

function start({ database, revoke, log, pollEvery = POLL_MS }: WorkerParts): Promise<Runner> {
  const taskList: TaskList = {
    revoke: (payload, { abortSignal }) => revoke(idIn(payload), abortSignal),
  };
  return run({
    pgPool: database.pool,
    taskList,
    concurrency: CONCURRENCY,
    pollInterval: pollEvery,
    noHandleSignals: true,
    parsedCronItems: [],
    logger: workerLogger(log),
    // With these settings, losing the database at the end of a job ends the worker, which is restarted; without, it
    // ends the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
}

/**
 * Resolves when the runner takes no more jobs; the reason goes to `failed`. Its own promise doesn't settle in two cases
 * (graphile-worker 0.17): after two jobs that couldn't be recorded at the same time, and when the first query failed,
 * whose error repeats forever.
 */
function ending({ promise, events }: Runner, failed: (error: unknown) => void): Promise<void> {
  return new Promise((resolve) => {
    const broken = ({ error }: { readonly error: unknown }) => {
      failed(error);
      resolve();
    };
    promise.then(resolve, (error: unknown) => broken({ error }));
    events.once('pool:gracefulShutdown', () => resolve());
    events.once('worker:getJob:error', broken);
    for (const works of ['worker:getJob:empty', 'job:start'] as const)
      events.once(works, () => events.off('worker:getJob:error', broken));
  });
}

/**
 * Runs a task at once, and again `ms` milliseconds after each run, whether or not that failed; failures go to `failed`.
 * Resolves when the run in which the signal fires has ended.
 */
export async function repeat(
  ms: number,
  work: () => Promise<unknown>,
  failed: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await work().catch(failed);
    await pause(ms, signal);
  }
}

/** Ends early when the signal fires, and doesn't keep the process alive. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

/** Runs each task even if an earlier one failed. */
async function daily({ database, store, log }: WorkerParts, failed: (error: unknown) => void): Promise<void> {
  await store.prune(failed);
  await database.tidy().catch(failed);
  // Jobs of killed workers that no worker will take again; each contains a grant id.
  const utils = await makeWorkerUtils({ pgPool: database.pool, logger: workerLogger(log) });
  try {
    await utils.cleanup({ tasks: ['DELETE_PERMAFAILED_JOBS'] });
  } finally {
    await utils.release();
  }
}

/** Never rejects, even when the worker has already ended. */
function stop(runner: Runner): Promise<void> {
  return runner.stop().catch(() => undefined);
}

function idIn(payload: unknown): string {
  const { id } = (payload ?? {}) as { readonly id?: unknown };
  if (typeof id !== 'string') throw new Error('The job has no id');
  return id;
}

/** graphile-worker's levels as ours; the others report every single job. */
const LEVELS: Readonly<Partial<Record<string, WorkerFailure['level']>>> = { warning: 'warn', error: 'error' };

/** A logger for graphile-worker that reports failures only, and of them no messages and jobs: their payloads are grant ids. */
export function workerLogger(log: (failure: WorkerFailure) => void): Logger {
  return new Logger(() => (name, _message, { job, error } = {}) => {
    const level = LEVELS[name];
    if (level === undefined) return;
    const fields = error === undefined ? {} : errorFields(error);
    log({ ...fields, level, kind: job === undefined ? 'worker' : 'job' });
  });
}
