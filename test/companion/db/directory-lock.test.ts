// The folder lock of the embedded database between real processes: any path, renames, stopped holders, races.
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../../src/companion/db/directory-lock.ts';
import { ended, IN_USE, PATIENCE_MS, paths, start, withLockers, type How } from './lockers.ts';

let folder: string;
let db: string;
withLockers();
beforeEach(() => {
  ({ folder, db } = paths);
});

describe('refuses a second process', { timeout: PATIENCE_MS }, () => {
  it('on any path to the folder, and admits the next when the first has ended', async () => {
    await mkdir(join(folder, 'other'));
    await symlink(db, join(folder, 'link'));
    await symlink(folder, join(folder, 'other', 'up'));
    const owner = await start(db);
    expect(owner.said).toBe('locked');
    const spellings: readonly (readonly [string, How?])[] = [
      [db],
      [`${db}/`],
      [`${folder}/./db`],
      [`${folder}//db//`],
      [`${folder}/other/../db`],
      [join(folder, 'link')],
      [`${join(folder, 'link')}/`],
      [join(folder, 'other', 'up', 'db')],
      [relative(join(folder, 'other'), db), { cwd: join(folder, 'other') }],
      ['.', { cwd: db }],
    ];
    for (const [spelling, how] of spellings) {
      expect
        .soft([spelling, (await start(spelling, how)).said])
        .toEqual([spelling, expect.stringMatching(IN_USE)]);
    }
    expect(await owner.ask()).toBe('held');
    await ended(owner.child, 'SIGKILL');
    expect((await start(join(folder, 'link'))).said).toBe('locked');
    expect(await readdir(db)).toEqual([]);
    expect(await readdir(folder)).toEqual(['db', 'link', 'other']);
  });

  it('when many start at once, so that exactly one wins', async () => {
    for (let round = 0; round < 3; round += 1) {
      const all = await Promise.all(Array.from({ length: 8 }, () => start(db)));
      expect(all.filter(({ said }) => said === 'locked')).toHaveLength(1);
      expect(all.filter(({ said }) => IN_USE.test(said))).toHaveLength(7);
      await Promise.all(all.map(({ child }) => ended(child, 'SIGKILL')));
    }
  });

  it('while the first is stopped (SIGSTOP)', async () => {
    const owner = await start(db);
    owner.child.kill('SIGSTOP');
    expect((await start(db)).said).toMatch(IN_USE);
    owner.child.kill('SIGCONT');
    expect(await owner.ask()).toBe('held');
  });

  it('also within the same process', async () => {
    const { release } = await lockDirectory(db);
    await expect(lockDirectory(`${db}/`)).rejects.toMatchObject({ code: 'directory_in_use' });
    release();
    (await lockDirectory(db)).release();
  });

  it('on the new name of a folder renamed while open, and the first notices', async () => {
    const owner = await start(db);
    const moved = join(folder, 'moved');
    await rename(db, moved);
    expect(await owner.ask()).toContain('was moved or removed');
    expect((await start(moved)).said).toMatch(IN_USE);
    // A new folder under the old name is a different database.
    expect((await start(db)).said).toBe('locked');
    expect(await owner.ask()).toContain('was moved or removed');
  });

  it('with perl where flock is missing, and fails with a clear message without either', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    const env = { PATH: bin };
    expect((await start(db, { env })).said).toMatch(
      /^directory_unlockable: .* cannot be locked without flock or perl\. Install one \(Debian: util-linux\)/,
    );
    await symlink('/usr/bin/perl', join(bin, 'perl'));
    const owner = await start(db, { env });
    expect(owner.said).toBe('locked');
    expect((await start(db)).said).toMatch(IN_USE);
    expect((await start(db, { env })).said).toMatch(IN_USE);
  });

  it('and the first, where the file system cannot lock', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    // The message of util-linux and BusyBox, on NFS for instance.
    for (const code of [1, 65]) {
      await writeFile(
        join(bin, 'flock'),
        `#!/bin/sh\necho "flock: 3: Bad file descriptor" >&2\nexit ${code}\n`,
        { mode: 0o755 },
      );
      expect((await start(db, { env: { PATH: bin } })).said).toMatch(
        /^directory_unlockable: .* cannot be locked \(flock: 3: Bad file descriptor\)/,
      );
    }
  });
});

describe('lock files of earlier versions', { timeout: PATIENCE_MS }, () => {
  const names = () => [`${db}.lock`, join(db, '.lock')];
  const startOf = async (pid: number) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  };
  const leave = async (holder: object | string) => {
    await mkdir(db, { recursive: true });
    for (const name of names())
      await writeFile(name, typeof holder === 'string' ? holder : JSON.stringify(holder));
  };

  it('are respected while their process lives', async () => {
    const alive = spawn('sleep', ['600']);
    paths.children.push(alive);
    const pid = alive.pid ?? 0;
    await leave({ pid, host: hostname(), started: process.platform === 'linux' ? await startOf(pid) : null });
    const second = await start(db);
    expect(second.said).toContain(`directory_in_use: Process ${pid}, an earlier version`);
    await ended(alive, 'SIGKILL');
    expect((await start(db)).said).toBe('locked');
  });

  it.each([
    ['of a process that is dead', { pid: 2 ** 30, host: hostname(), started: '1' }],
    ['of a process whose number another one has now', { pid: process.pid, host: hostname(), started: '1' }],
    ['of a container that was recreated under a new name', { pid: 1, host: 'recreated', started: '1' }],
  ])('%s are removed', async (_of, holder) => {
    await leave(holder);
    expect((await start(db)).said).toBe('locked');
    expect([await readdir(folder), await readdir(db)]).toEqual([['db'], []]);
  });

  it('with other content are left alone', async () => {
    await leave('not a lock of ours');
    expect((await start(db)).said).toBe('locked');
    expect(await readdir(folder)).toEqual(['db', 'db.lock']);
  });
});
