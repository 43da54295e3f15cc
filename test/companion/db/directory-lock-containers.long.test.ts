// The folder lock of the embedded database between containers, between users, and after an unreaped process.
import { spawn } from 'node:child_process';
import { chown, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { endInside, ended, IN_USE, PATIENCE_MS, paths, start, withLockers } from './lockers.ts';

const UNPRIVILEGED = 65_534;
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

describe.runIf(isLinuxRoot)(
  'the folder lock between containers, users and zombie processes',
  { timeout: PATIENCE_MS },
  () => {
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

    it('works for a user who owns only the folder, and creates nothing beside it', async () => {
      await mkdir(db);
      await chown(db, UNPRIVILEGED, UNPRIVILEGED);
      const user = { uid: UNPRIVILEGED, gid: UNPRIVILEGED };
      const owner = await start(db, user);
      expect(owner.said).toBe('locked');
      expect((await start(`${db}/`, user)).said).toMatch(IN_USE);
      expect((await start(db)).said).toMatch(IN_USE);
      await ended(owner.child, 'SIGKILL');
      expect((await start(db, user)).said).toBe('locked');
      expect(await readdir(folder)).toEqual(['db']);
    });

    it('is free after its holder was killed but not reaped', async () => {
      // The shell becomes a program that never reaps children.
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

    it('leaves no helper process that could outlive or precede its owner', async () => {
      const { child } = await start(db);
      expect(await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).toBe('');
    });
  },
);
