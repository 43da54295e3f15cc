// Keeps graphile-worker running on the companion's database: revocations when they are due, and the chores of the store.
import { setTimeout as wait } from 'node:timers/promises';
import { makeWorkerUtils, run, type Runner, type TaskList } from 'graphile-worker';
import type { Database } from '../db/database.ts';
import type { Store } from '../store.ts';
import { DAY_MS } from '../day.ts';
import { startInterval } from './interval.ts';
import type { Revoke } from './revocations.ts';
import { namesOf, workerLogger, type WorkerTrouble } from './worker-log.ts';

const CONCURRENCY = 2;
/** Milliseconds. NOTIFY wakes the worker for what is due at once; this is for what falls due later. */
const POLL_MS = 2_000;
/** A killed worker leaves its job locked for 4 hours; the store queues it again much sooner. */
const SWEEP_MS = 60_000;
/** When the worker has ended by itself, which it does after long trouble with the database. */
const RESTART_MS = 5_000;
/** For a try that is under way. Then its lock is left behind, for a sweep to find. */
const STOP_MS = 10_000;

export interface WorkerParts {
  readonly database: Pick<Database, 'pool'>;
  readonly store: Pick<Store, 'requeueOverdue' | 'prune' | 'tidy'>;
  readonly revoke: Revoke;
  readonly log: (trouble: WorkerTrouble) => void;
  /** Milliseconds. */
  readonly pollEvery?: number;
  /** Milliseconds between two looks for attempts that were lost. */
  readonly sweepEvery?: number;
}

export interface RunningWorker {
  /** Lets what is under way end, for 10 seconds at most. Never rejects. */
  stop(): Promise<void>;
}

/** Rejects with the database's error when the worker cannot start. */
export async function startWorker(parts: WorkerParts): Promise<RunningWorker> {
  const { store, log, sweepEvery = SWEEP_MS } = parts;
  const stopping = new AbortController();
  const isOver = () => stopping.signal.aborted;
  const tell = (kind: WorkerTrouble['kind']) => (error: unknown) => {
    log({ level: 'error', kind, ...namesOf(error) });
    return undefined;
  };
  const ended = tell('worker');
  const failed = tell('chore');

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
        // Not waited for: what it has under way is done beside the next one.
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
      const intervalsStopped = intervals.map((chore) => chore.stop());
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
    // With these, a database that is away at the end of a job ends the worker, to be started again; without, the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
}

/**
 * Resolves when it takes no more jobs, or never will; `failed` is told why. Its own promise does not say so: after two jobs that
 * could not be written down at once it waits for ever, and one whose first question failed repeats that answer (graphile-worker
 * 0.17).
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

/** One after the other, whatever becomes of those before. */
async function daily(parts: WorkerParts, failed: (error: unknown) => void): Promise<void> {
  await parts.store.prune(failed);
  await parts.store.tidy().catch(failed);
  await sweepJobs(parts).catch(failed);
}

/** Of a worker that was killed a job is left over that nobody will take: it holds the id of a grant, and nothing else. */
async function sweepJobs({ database, log }: WorkerParts): Promise<void> {
  const utils = await makeWorkerUtils({ pgPool: database.pool, logger: workerLogger(log) });
  await utils.cleanup({ tasks: ['DELETE_PERMAFAILED_JOBS'] }).finally(() => utils.release());
}

/** Never rejects: a worker that has ended by itself is stopped, too. */
function stop(runner: Runner): Promise<void> {
  return runner.stop().catch(() => undefined);
}

function idIn(payload: unknown): string {
  const { id } = (payload ?? {}) as { readonly id?: unknown };
  if (typeof id !== 'string') throw new Error('A job without an id');
  return id;
}
