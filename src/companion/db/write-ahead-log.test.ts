import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { walFlush } from './write-ahead-log.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'companion-wal-'));
  await mkdir(join(directory, 'pg_wal', 'archive_status'), { recursive: true });
  await writeFile(join(directory, 'pg_wal', '000000010000000000000001'), 'log');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('walFlush', () => {
  it('shares the next flush among calls made during one, and starts it when that ends', async () => {
    const flush = walFlush(directory);
    const first = flush();
    // The first flush starts on the next tick; calls before then share it.
    expect(flush()).toBe(first);
    await Promise.resolve();
    await Promise.resolve();
    const second = flush();
    expect(second).not.toBe(first);
    expect(flush()).toBe(second);
    let firstEnded = false;
    void first.then(() => (firstEnded = true));
    await second;
    expect(firstEnded).toBe(true);
  });

  it('rejects when the log cannot be flushed, and retries on the next call', async () => {
    const flush = walFlush(directory);
    await flush();
    await rm(join(directory, 'pg_wal'), { recursive: true });
    await expect(flush()).rejects.toMatchObject({ code: 'ENOENT' });
    await mkdir(join(directory, 'pg_wal'));
    await expect(flush()).resolves.toBeUndefined();
  });
});
