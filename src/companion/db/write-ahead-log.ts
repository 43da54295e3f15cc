// Flushes the embedded database's write-ahead log to disk, which it doesn't do itself (electric-sql/pglite #1107).
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Two writes within this time may have the same mtime. Generous, because flushing a clean file is cheap. */
const CLOCK_TICK_MS = 1_000;

/** Returns a function that flushes the log of a data directory; calls during a flush share the next one. */
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
    // New files only survive once their directory is flushed too.
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
