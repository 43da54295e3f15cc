import { expect, it } from 'vitest';
import { repeat, workerLogger, type WorkerFailure } from './worker.ts';

it('reports failures by class and code, without messages or payloads', () => {
  const reported: WorkerFailure[] = [];
  const logger = workerLogger((failure) => reported.push(failure)).scope({ label: 'worker' });
  const id = 'f'.repeat(64);
  const job = { id: '1', payload: { id } };
  const error = Object.assign(new TypeError(`no ${id}`), { code: '57P01' });
  logger.info('Completed task', { job });
  logger.debug('Found task', { job });
  logger.error(`Failed task with error ${id}`, { failure: true, job, error });
  logger.warn(`Old ${id}`);
  logger.error('Thrown', { error: { name: id + id, code: 7 } });
  expect(reported).toMatchObject([
    { level: 'error', kind: 'job', name: 'TypeError', code: '57P01' },
    { level: 'warn', kind: 'worker' },
    { level: 'error', kind: 'worker', name: 'Unknown' },
  ]);
  expect(JSON.stringify(reported)).not.toContain(id);
});

it('runs a task at once and again and again, even after failures', async () => {
  const stopping = new AbortController();
  const failures: unknown[] = [];
  let runs = 0;
  const work = () => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error('No')) : Promise.resolve();
  };
  const repeating = repeat(1, work, (error) => failures.push(error), stopping.signal);
  expect(runs).toBe(1);
  await expect.poll(() => runs).toBeGreaterThan(2);
  stopping.abort();
  await repeating;
  expect(failures).toHaveLength(1);
});

it('never overlaps runs of a task, and ends with the current one', async () => {
  const stopping = new AbortController();
  let end: () => void = () => undefined;
  let runs = 0;
  const work = () => {
    runs += 1;
    return new Promise<void>((resolve) => (end = resolve));
  };
  let hasEnded = false;
  const repeating = repeat(0, work, () => undefined, stopping.signal).then(() => (hasEnded = true));
  stopping.abort();
  await new Promise((resolve) => setImmediate(resolve));
  expect([runs, hasEnded]).toEqual([1, false]);
  end();
  await repeating;
  expect(runs).toBe(1);
});
