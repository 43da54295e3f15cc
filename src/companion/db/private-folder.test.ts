import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { lchown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openPglite } from './pglite.ts';
import { makePrivate } from './private-folder.ts';

const OWNER = 65_534;

// Only root can give files away.
describe.runIf(process.getuid?.() === 0)('the folder of a user that is not root', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'companion-folder-'));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });
  const give = () => execFileSync('chown', ['-R', `${OWNER}:${OWNER}`, folder]);
  const owners = async () => {
    const entries = await readdir(folder, { recursive: true });
    return [...new Set(entries.map((entry) => lstatSync(join(folder, entry)).uid))];
  };

  it(
    'stays theirs while root works in it, with what root left there before',
    { timeout: 300_000 },
    async () => {
      await (await openPglite(folder)).close();
      give();
      await lchown(join(folder, 'PG_VERSION'), 0, 0);
      const database = await openPglite(folder);
      await database.query('create table made_by_root (id integer primary key)');
      expect(await owners()).toEqual([OWNER]);
      await database.close();
      expect(await owners()).toEqual([OWNER]);
    },
  );

  it('is refused to them while root owns a file in it, which is named', async () => {
    const path = join(folder, 'PG_VERSION');
    await writeFile(path, '');
    give();
    await lchown(path, 0, 0);
    vi.spyOn(process, 'getuid').mockReturnValue(OWNER);
    await expect(makePrivate(folder)).rejects.toMatchObject({
      code: 'directory_foreign',
      message: expect.stringContaining(`${path} belongs to another user (0)`) as string,
    });
  });
});
