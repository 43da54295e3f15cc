import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { lchown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openPglite } from './pglite.ts';

const OWNER = 65_534;

// Only root can give files away.
it.runIf(process.getuid?.() === 0)(
  'leaves a folder to its owner while root works in it, with what root left there before',
  { timeout: 300_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'companion-folder-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const owners = async () => {
      const entries = await readdir(folder, { recursive: true });
      return [...new Set(entries.map((entry) => lstatSync(join(folder, entry)).uid))];
    };
    await (await openPglite(folder)).close();
    execFileSync('chown', ['-R', `${OWNER}:${OWNER}`, folder]);
    await lchown(join(folder, 'PG_VERSION'), 0, 0);
    const database = await openPglite(folder);
    await database.query('create table made_by_root (id integer primary key)');
    expect(await owners()).toEqual([OWNER]);
    await database.close();
    expect(await owners()).toEqual([OWNER]);
  },
);
