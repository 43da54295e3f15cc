// Lets one process at a time use the folder of the embedded database, which has no lock of its own: two would corrupt
// it silently.
//
// Uses the kernel's lock (flock(2)) on the folder itself, through an open descriptor of this process. It belongs to the
// inode, so every path, mount and container meets the same lock, and it lasts exactly as long as the process. Lock
// files and heartbeats (proper-lockfile and the like) go by a name, and a holder that is suspended or busy in
// WebAssembly for seconds loses its lock while it still writes.
import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { refuseEarlierVersion } from './earlier-lock.ts';
import { StoreError } from './errors.ts';

export interface DirectoryLock {
  /** The folder's real path; symbolic links may change later. */
  readonly path: string;
  /** @throws StoreError `directory_lost` when the path no longer leads to the locked folder */
  readonly check: () => void;
  readonly release: () => void;
}

/**
 * Programs that lock the file open as their descriptor 3, which Node.js can't do itself. The lock belongs to the open
 * file, which this process shares, so it outlives the program. Each exits with 1 and no output when another process
 * holds the lock.
 */
const LOCKERS: readonly (readonly [program: string, ...args: string[]])[] = [
  // util-linux and BusyBox.
  ['flock', '-n', '3'],
  // macOS has no flock(1).
  [
    'perl',
    '-MFcntl=:flock',
    '-e',
    'open(my $it, "<&=", 3) or die "$!\n"; flock($it, LOCK_EX | LOCK_NB) or $!{EWOULDBLOCK} ? exit 1 : die "$!\n"',
  ],
];

/**
 * Locks a folder, creating it if needed.
 *
 * @throws StoreError `directory_in_use`, `directory_unlockable`
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true });
  const path = await realpath(directory);
  // A number, not a FileHandle, which would be closed on garbage collection and release the lock.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  const release = () => closeSync(descriptor);
  try {
    lock(descriptor, directory);
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    const check = () => {
      const now = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (now?.ino === ino && now.dev === dev) return;
      throw new StoreError(
        'directory_lost',
        `${directory} was moved or removed while the database in it was open.`,
      );
    };
    check();
    await refuseEarlierVersion(directory, path);
    return { path, check, release };
  } catch (error) {
    release();
    throw error;
  }
}

function lock(descriptor: number, directory: string): void {
  for (const [program, ...args] of LOCKERS) {
    const { error, status, stderr } = spawnSync(program, args, {
      stdio: ['ignore', 'ignore', 'pipe', descriptor],
      encoding: 'utf8',
    });
    // The program doesn't exist here.
    if (error) continue;
    if (status === 0) return;
    const reason = stderr.trim();
    if (status === 1 && reason === '') {
      throw new StoreError(
        'directory_in_use',
        `Another process has the database in ${directory} open ("fuser -v ${directory}" shows it). ` +
          'Stop it first, or set DATABASE_URL and share a server.',
      );
    }
    throw new StoreError(
      'directory_unlockable',
      `The folder ${directory} cannot be locked (${reason || `${program} ended with ${status}`}). ` +
        'Give a folder on a local disk, or set DATABASE_URL.',
    );
  }
  throw new StoreError(
    'directory_unlockable',
    `The folder ${directory} cannot be locked without flock or perl. Install one (Debian: util-linux), or set DATABASE_URL.`,
  );
}
