// Keeps the embedded database's folder and files accessible to their owner only, also while root works with them.
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { lchownSync, lstatSync } from 'node:fs';
import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from './errors.ts';

const OTHERS = 0o077;
const isRoot = () => process.getuid?.() === 0;

/**
 * Removes all permissions of group and others from the folder and everything in it. As root, gives everything to the
 * folder's owner.
 *
 * @throws StoreError `directory_foreign` when any of it belongs to another user.
 */
export async function makePrivate(folder: string): Promise<void> {
  try {
    await chmod(folder, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    throw new StoreError(
      'directory_foreign',
      `${folder} belongs to another user: the one that runs the companion must own it.`,
      { cause: error },
    );
  }
  const { uid, gid } = await lstat(folder);
  for (const entry of await readdir(folder, { recursive: true })) {
    const path = join(folder, entry);
    const found = await lstat(path);
    if (found.uid !== uid) {
      if (!isRoot()) throw foreign(folder, path, found.uid);
      await lchown(path, uid, gid);
    }
    // Links may lead out of the folder.
    if (found.isSymbolicLink() || (found.mode & OTHERS) === 0) continue;
    await chmod(path, found.mode & 0o7777 & ~OTHERS);
  }
}

function foreign(folder: string, path: string, uid: number): StoreError {
  return new StoreError(
    'directory_foreign',
    `${path} belongs to another user (${uid}) than its folder: as root, run "chown -R --reference=${folder} ${folder}".`,
  );
}

/** The parts of Emscripten's NODEFS that set file modes. */
interface NodeOperations {
  mknod: (parent: unknown, name: string, mode: number, device: number) => unknown;
  setattr: (node: unknown, attributes: { readonly mode?: number }) => void;
}

interface NodeFileSystem {
  readonly node_ops: NodeOperations;
  readonly realPath: (node: unknown) => string;
}

/**
 * PGlite's file system with owner-only files, all of the folder's owner. A umask doesn't help, because PGlite sets
 * modes after creating files.
 */
export class PrivateFolder extends NodeFS {
  override async init(...given: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const made = await super.init(...given);
    const { preRun = [] } = made.emscriptenOpts;
    const { uid, gid } = lstatSync(this.rootDir);
    const patch = (module: object) => {
      const { node_ops: operations, realPath } = (module as { NODEFS: NodeFileSystem }).NODEFS;
      const { mknod, setattr } = operations;
      operations.mknod = (parent, name, mode, device) => {
        const node = mknod(parent, name, mode & ~OTHERS, device);
        // A command of root's would leave files that the companion can't read.
        if (isRoot()) lchownSync(realPath(node), uid, gid);
        return node;
      };
      operations.setattr = (node, attributes) => {
        const { mode } = attributes;
        setattr(node, mode === undefined ? attributes : { ...attributes, mode: mode & ~OTHERS });
      };
    };
    return { emscriptenOpts: { ...made.emscriptenOpts, preRun: [...preRun, patch] } };
  }
}
