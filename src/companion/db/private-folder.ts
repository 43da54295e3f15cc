// Keeps the embedded database's folder and files accessible to their owner only.
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from './errors.ts';

const OTHERS = 0o077;

/**
 * Removes all permissions of group and others from the folder and everything in it.
 *
 * @throws StoreError `directory_foreign` when it belongs to another user.
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
  for (const entry of await readdir(folder, { recursive: true })) {
    const path = join(folder, entry);
    const found = await lstat(path);
    // Links may lead out of the folder.
    if (found.isSymbolicLink() || (found.mode & OTHERS) === 0) continue;
    await chmod(path, found.mode & 0o7777 & ~OTHERS);
  }
}

/** The parts of Emscripten's NODEFS that set file modes. */
interface NodeOperations {
  mknod: (parent: unknown, name: string, mode: number, device: number) => unknown;
  setattr: (node: unknown, attributes: { readonly mode?: number }) => void;
}

/** PGlite's file system with owner-only files. A umask doesn't help, because PGlite sets modes after creating files. */
export class PrivateFolder extends NodeFS {
  override async init(...given: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const made = await super.init(...given);
    const { preRun = [] } = made.emscriptenOpts;
    const patch = (module: object) => {
      const operations = (module as { NODEFS: { node_ops: NodeOperations } }).NODEFS.node_ops;
      const { mknod, setattr } = operations;
      operations.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ~OTHERS, device);
      operations.setattr = (node, attributes) => {
        const { mode } = attributes;
        setattr(node, mode === undefined ? attributes : { ...attributes, mode: mode & ~OTHERS });
      };
    };
    return { emscriptenOpts: { ...made.emscriptenOpts, preRun: [...preRun, patch] } };
  }
}
