// Once per run: the folder of the cluster that every PostgreSQL server begins with a copy of
// (scripts/machine/postgres.mjs).
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'postgres-template-'));
  // PostgreSQL does not run as root, but as a user of its own, who has to enter it.
  await chmod(folder, 0o711);
  process.env.POSTGRES_TEMPLATE = folder;
  return () => rm(folder, { recursive: true, force: true });
}
