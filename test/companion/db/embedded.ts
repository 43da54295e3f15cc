// Opens embedded databases in memory. To create one takes seconds, so each begins as a copy of an empty one, which is kept
// in the cache of this version of PGlite.
import { PGlite } from '@electric-sql/pglite';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Database } from '../../../src/companion/db/database.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import manifest from '../../../package.json' with { type: 'json' };

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));
const FILE = `${CACHE}empty-pglite-${manifest.dependencies['@electric-sql/pglite']}.tar`;

let dump: Promise<Blob> | undefined;

/** A new database in memory, migrated. */
export async function openEmbedded(): Promise<Database> {
  return openDatabase({ dump: await (dump ??= emptyDatabase()) });
}

async function emptyDatabase(): Promise<Blob> {
  try {
    return new Blob([readFileSync(FILE)]);
  } catch {
    const pglite = await PGlite.create();
    const created = await pglite.dumpDataDir('none');
    await pglite.close();
    mkdirSync(CACHE, { recursive: true });
    // Other processes may read it, or do the same at this moment.
    const mine = `${FILE}.${process.pid}`;
    writeFileSync(mine, new Uint8Array(await created.arrayBuffer()));
    renameSync(mine, FILE);
    return created;
  }
}
