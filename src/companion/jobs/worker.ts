// Keeps graphile-worker running on the companion's database, for due revocations and the store's maintenance.
import { setTimeout as wait } from 'node:timers/promises';
import { makeWorkerUtils, run, type Runner, type TaskList } from 'graphile-worker';
import type { Database } from '../db/database.ts';
import { errorFields } from '../operations/log-fields.ts';
import type { Store } from '../store.ts';
import { DAY_MS } from '../day.ts';
import { startInterval } from './interval.ts';
import type { Revoke } from './revocations.ts';
import { workerLogger, type WorkerTrouble } from './worker-log.ts';

const CONCURRENCY = 2;
/** Milliseconds. NOTIFY wakes the worker for jobs due at once; polling finds those due later. */
const POLL_MS = 2_000;
/** graphile-worker unlocks a killed worker's jobs after 4 hours; the store requeues them much sooner. */
const SWEEP_MS = 60_000;
/** Delay before restarting a worker that ended by itself, as after long database trouble. */
const RESTART_MS = 5_000;
/** Time for current attempts to end. After that their locks remain for the sweep to find. */
const STOP_MS = 10_000;

export interface WorkerParts {
  readonly database: Pick<Database, 'pool'>;
  readonly store: Pick<Store, 'requeueOverdue' | 'prune' | 'tidy'>;
  readonly revoke: Revoke;
  readonly log: (trouble: WorkerTrouble) => void;
  /** Milliseconds. */
  readonly pollEvery?: number;
  /** Milliseconds between two sweeps for lost attempts. */
  readonly sweepEvery?: number;
}

export interface RunningWorker {
  /** Waits up to 10 seconds for current attempts. Never rejects. */
  stop(): Promise<void>;
}

/** Starts the worker. Rejects with the database's error when it can't start. */
export async function startWorker(parts: WorkerParts): Promise<RunningWorker> {
  const { store, log, sweepEvery = SWEEP_MS } = parts;
  const stopping = new AbortController();
  const isOver = () => stopping.signal.aborted;
  const reportAs = (kind: WorkerTrouble['kind']) => (error: unknown) => {
    log({ ...errorFields(error), level: 'error', kind });
    return undefined;
  };
  const ended = reportAs('worker');
  const failed = reportAs('maintenance');

  let runner = await start(parts);
  void keepRunning();
  const intervals = [
    startInterval(sweepEvery, () => store.requeueOverdue(), failed),
    startInterval(DAY_MS, () => daily(parts, failed), failed),
  ];

  async function keepRunning(): Promise<void> {
    let current: Runner | undefined = runner;
    for (;;) {
      if (current) {
        await ending(current, ended);
        // Not awaited: its current jobs may finish beside the next worker.
        void stop(current);
      }
      await wait(RESTART_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      if (isOver()) return;
      current = await start(parts).catch(ended);
      if (current === undefined) continue;
      runner = current;
      if (isOver()) await stop(current);
    }
  }

  return {
    async stop() {
      stopping.abort();
      const intervalsStopped = intervals.map((interval) => interval.stop());
      await Promise.race([
        Promise.all([stop(runner), ...intervalsStopped]),
        wait(STOP_MS, undefined, { ref: false }),
      ]);
    },
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

/** Runs each task even if an earlier one failed. */
async function daily(parts: WorkerParts, failed: (error: unknown) => void): Promise<void> {
  await parts.store.prune(failed);
  await parts.store.tidy().catch(failed);
  await sweepJobs(parts).catch(failed);
}

/** Removes jobs of killed workers that no worker will take again; each contains a grant id. */
async function sweepJobs({ database, log }: WorkerParts): Promise<void> {
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
