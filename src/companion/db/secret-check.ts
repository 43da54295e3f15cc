// Checks that a database was created with this secret, since its hashes are meaningless under another.
import { createHmac } from 'node:crypto';
import type { Database } from './database.ts';
import { StoreError } from './errors.ts';

/**
 * Records the secret's mark in a new database; afterwards it must match.
 *
 * @throws StoreError `secret_changed`; nothing is written then.
 */
export async function checkSecret(database: Database, secret: Uint8Array): Promise<void> {
  const mark = createHmac('sha256', secret).update('made with').digest();
  await database.query(
    'insert into companion.made_with (mark) select $1 where not exists (select from companion.made_with) on conflict do nothing',
    [mark],
  );
  const found = await database.query<{ mark: Uint8Array }>('select mark from companion.made_with');
  if (found.every((row) => mark.equals(row.mark))) return;
  throw new StoreError(
    'secret_changed',
    'COMPANION_SECRET is not the one this database was created with, so its accounts could no longer be ' +
      'matched. Set the old secret, or use another database.',
  );
}
