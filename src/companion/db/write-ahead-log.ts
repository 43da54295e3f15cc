// Makes the embedded database's write-ahead log survive a power cut, which it does not do itself (electric-sql/pglite #1107).
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Two writes within it may bear the same instant, and be taken for one. Generous: a file that is clean costs little. */
const CLOCK_TICK_MS = 1_000;

/** What flushes the log of a data directory: everybody who asks while one flush runs shares the next. */
export function walFlush(directory: string): () => Promise<void> {
  const folder = join(directory, 'pg_wal');
  const flushed = new Map<string, number>();
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  async function flush(): Promise<void> {
    const known = flushed.size;
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const { name } = entry;
      const path = join(folder, name);
      if (!entry.isFile()) continue;
      const { mtimeMs } = await stat(path);
      if (flushed.get(name) === mtimeMs && Date.now() - mtimeMs > CLOCK_TICK_MS) continue;
      await sync(path);
      flushed.set(name, mtimeMs);
    }
    // New names are of use only once their folder is on the disk too.
    if (flushed.size > known) await sync(folder);
  }

  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        running = flush();
        next = undefined;
        return running;
      });
    return next;
  };
}

async function sync(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
