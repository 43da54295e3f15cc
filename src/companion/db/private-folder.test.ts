import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { lchown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makePrivate } from './private-folder.ts';

const OWNER = 65_534;

// Only root can give files away.
describe.runIf(process.getuid?.() === 0)('a file of root’s in the folder of another user', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'companion-folder-'));
    path = join(folder, 'PG_VERSION');
    await writeFile(path, '');
    execFileSync('chown', ['-R', `${OWNER}:${OWNER}`, folder]);
    await lchown(path, 0, 0);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  it('is given to that user by root', async () => {
    await makePrivate(folder);
    expect(lstatSync(path).uid).toBe(OWNER);
  });

  it('is named to that user', async () => {
    vi.spyOn(process, 'getuid').mockReturnValue(OWNER);
    await expect(makePrivate(folder)).rejects.toMatchObject({
      code: 'directory_foreign',
      message: expect.stringContaining(`${path} belongs to another user (0)`) as string,
    });
  });
});
