// A small file system that can be filled up. Mounting it takes root, or a user namespace.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** The file that fills it. */
  readonly ballast: string;
  /** Fills the file system until `free`. */
  fill(): void;
  free(): void;
  remove(): void;
}

/** @param size as for `mount`: `256k` */
export async function smallDisk(size: string): Promise<SmallDisk> {
  const point = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const { folder, unmount } = isRoot() ? mounted(point, size) : await mountedInNamespace(point, size);
  const ballast = join(folder, 'ballast');
  chmodSync(folder, 0o777);
  return {
    folder,
    ballast,
    fill: () => {
      const page = Buffer.alloc(4096);
      const file = openSync(ballast, 'a');
      try {
        const { bavail, bsize } = statfsSync(folder);
        writeSync(file, Buffer.alloc(bavail * bsize));
        // Other processes use and free space concurrently.
        for (;;) writeSync(file, page);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => unlinkSync(ballast),
    remove: () => {
      unmount();
      rmSync(point, { recursive: true, force: true });
    },
  };
}

const isRoot = () => process.getuid?.() === 0;

function mounted(point: string, size: string) {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', point], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`No file system could be mounted for this test: ${stderr}`);
  return { folder: point, unmount: () => void spawnSync('umount', ['--lazy', point]) };
}

/** The namespace lives as long as a process in it, through which it is visible from outside. */
async function mountedInNamespace(point: string, size: string) {
  const script = `mount -t tmpfs -o size=${size} tmpfs "$0" && echo mounted && exec sleep 1000000`;
  const holder = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script, point]);
  const said = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (String(said[0]).trim() !== 'mounted') {
    throw new Error('No file system could be mounted for this test: it needs root, or user namespaces.');
  }
  return { folder: `/proc/${holder.pid}/root${point}`, unmount: () => void holder.kill('SIGKILL') };
}
