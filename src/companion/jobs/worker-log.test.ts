import { expect, it } from 'vitest';
import { workerLogger, type WorkerTrouble } from './worker-log.ts';

it('reports failures by class and code, without messages or payloads', () => {
  const told: WorkerTrouble[] = [];
  const logger = workerLogger((trouble) => told.push(trouble)).scope({ label: 'worker' });
  const id = 'f'.repeat(64);
  const job = { id: '1', payload: { id } };
  const error = Object.assign(new TypeError(`no ${id}`), { code: '57P01' });
  logger.info('Completed task', { job });
  logger.debug('Found task', { job });
  logger.error(`Failed task with error ${id}`, { failure: true, job, error });
  logger.warn(`Old ${id}`);
  logger.error('Thrown', { error: { name: id + id, code: 7 } });
  expect(told).toMatchObject([
    { level: 'error', kind: 'job', name: 'TypeError', code: '57P01' },
    { level: 'warn', kind: 'worker' },
    { level: 'error', kind: 'worker', name: 'Unknown' },
  ]);
  expect(JSON.stringify(told)).not.toContain(id);
});
