import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from './directory-lock.ts';

let folder: string;
let directory: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'companion-lock-'));
  directory = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const leave = (holder: object | string) =>
  writeFile(`${directory}.lock`, typeof holder === 'string' ? holder : JSON.stringify(holder));
/** Above what Linux gives out. */
const DEAD_PID = 2 ** 30;
const host = hostname();

describe('lockDirectory', () => {
  it('is held until it is released, and leaves nothing behind', async () => {
    const release = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'directory_in_use',
      message: expect.stringContaining(`Process ${process.pid} `) as string,
    });
    await release();
    expect(await readdir(folder)).toEqual([]);
    await (
      await lockDirectory(directory)
    )();
  });

  it('takes over from a process that is dead', async () => {
    await leave({ pid: DEAD_PID, host, started: '1' });
    await lockDirectory(directory);
    expect(await readFile(`${directory}.lock`, 'utf8')).toContain(String(process.pid));
    expect(await readdir(folder)).toHaveLength(1);
  });

  // Elsewhere nobody can tell when a process started.
  if (process.platform === 'linux') {
    it('takes over when another process has the pid now', async () => {
      await leave({ pid: process.pid, host, started: '1' });
      await lockDirectory(directory);
    });
  }

  it.each([
    ['another machine, or container', { pid: DEAD_PID, host: 'elsewhere', started: '1' }, 'elsewhere'],
    ['nobody it can make out', 'garbage', 'Delete it'],
    ['nothing', '{}', 'Delete it'],
  ])('refuses where the lock is of %s, and says what to do', async (_whose, holder, says) => {
    await leave(holder);
    await expect(lockDirectory(directory)).rejects.toThrow(says);
    await expect(lockDirectory(directory)).rejects.toThrow(`${directory}.lock`);
  });

  it('goes to one of many that find a dead one’s lock at the same moment', async () => {
    for (let round = 0; round < 20; round += 1) {
      await leave({ pid: DEAD_PID, host, started: '1' });
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  it('releases its own lock alone', async () => {
    const release = await lockDirectory(directory);
    await leave({ pid: DEAD_PID, host, started: '1' });
    await release();
    expect(await readdir(folder)).toEqual(['data.lock']);
  });
});
