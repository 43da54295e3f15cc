// Whether a database was made with this secret: its hashes mean nothing under another.
import { createHmac } from 'node:crypto';
import type { Database } from './database.ts';
import { StoreError } from './errors.ts';

/**
 * Claims the database for a secret, the first time; later it must be the same.
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
    'COMPANION_SECRET is not the one this database was made with: every account in it would be a stranger. Give the old one, or ' +
      'another database.',
  );
}
