// The lock of the embedded database's folder between containers, between users, and after a process that was not reaped.
import { spawn } from 'node:child_process';
import { chown, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { endInside, ended, IN_USE, PATIENCE_MS, paths, start, withLockers } from './lockers.ts';

const NOBODY = 65_534;
const isLinuxRoot = process.platform === 'linux' && process.getuid?.() === 0;

let folder: string;
let db: string;
withLockers();
beforeEach(() => {
  ({ folder, db } = paths);
});

const stateOf = async (pid: number) => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
};

describe.runIf(isLinuxRoot)('between containers, users and the dead', { timeout: PATIENCE_MS }, () => {
  it.each([
    [
      'another mount namespace, by a bind mount',
      '--mount sh -c',
      'mount --bind "$3" "$OTHER" && exec "$1" "$2" "$OTHER"',
    ],
    [
      'a container: other pids, host name, mounts and network',
      '--mount --pid --uts --ipc --net --fork sh -c',
      'hostname elsewhere && mount -t proc proc /proc && exec "$1" "$2" "$3"',
    ],
    ['another root', '--mount sh -c', 'mount --rbind / "$OTHER" && exec chroot "$OTHER" "$1" "$2" "$3"'],
    ['another user namespace', '--user --map-root-user sh -c', 'exec "$1" "$2" "$3"'],
  ])('refuses a second process in %s, and the other way round', async (_what, flags, script) => {
    const other = join(folder, 'other');
    await mkdir(other);
    await mkdir(db);
    const unshared = [...flags.split(' '), script];
    const inside = (dir: string) => start(dir, { unshared, env: { ...process.env, OTHER: other } });
    const owner = await start(db);
    expect((await inside(db)).said).toMatch(IN_USE);
    await ended(owner.child, 'SIGKILL');
    const next = await inside(db);
    expect(next.said).toBe('locked');
    expect((await start(db)).said).toMatch(IN_USE);
    await endInside(next.child);
    expect((await start(db)).said).toBe('locked');
  });

  it('lets a user who owns only the folder lock it, and leaves nothing beside it', async () => {
    await mkdir(db);
    await chown(db, NOBODY, NOBODY);
    const user = { uid: NOBODY, gid: NOBODY };
    const owner = await start(db, user);
    expect(owner.said).toBe('locked');
    expect((await start(`${db}/`, user)).said).toMatch(IN_USE);
    expect((await start(db)).said).toMatch(IN_USE);
    await ended(owner.child, 'SIGKILL');
    expect((await start(db, user)).said).toBe('locked');
    expect(await readdir(folder)).toEqual(['db']);
  });

  it('lets the next one in when the first was killed and its parent never asks after it', async () => {
    // The shell becomes a program that never waits for children.
    const shell = spawn(
      'sh',
      ['-c', '"$0" "$@" & echo $!; exec sleep 600', process.execPath, paths.program, db],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    paths.children.push(shell);
    let said = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await vi.waitFor(() => expect(said).toContain('locked'), PATIENCE_MS);
    const pid = Number.parseInt(said, 10);
    expect((await start(db)).said).toMatch(IN_USE);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(async () => expect(await stateOf(pid)).toBe('Z'), PATIENCE_MS);
    expect((await start(db)).said).toBe('locked');
    expect(await stateOf(pid)).toBe('Z');
  });

  it('leaves no process behind that could hold the lock after its owner, or lose it before', async () => {
    const { child } = await start(db);
    expect(await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).toBe('');
  });
});
