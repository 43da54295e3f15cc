// Checks that a database was made with the same secret and the same spaces of clients: under others, its hashes are
// meaningless and events would no longer match its accounts.
import { createHmac } from 'node:crypto';
import type { Client } from '../clients.ts';
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

type Keyed = Pick<Client, 'clientId' | 'name' | 'space'>;

/**
 * Records the spaces of new clients; those of known clients must be unchanged. Spaces of clients that left the list are
 * kept, because their accounts are.
 *
 * @throws StoreError `space_changed`; nothing is written then.
 */
export async function claimSpaces(database: Database, clients: readonly Keyed[]): Promise<void> {
  const spaces = new Map(clients.map(({ clientId, space }) => [clientId, space]));
  await database.transaction(async (transaction) => {
    // In a fixed order, because another instance may be inserting the same rows.
    await transaction.query(
      `insert into companion.client_space (client_id, space)
       select client_id, space from unnest($1::text[], $2::text[]) as c (client_id, space) order by client_id
       on conflict do nothing`,
      [[...spaces.keys()], [...spaces.values()]],
    );
    const recorded = await transaction.query<{ client_id: string; space: string }>(
      'select client_id, space from companion.client_space where client_id = any($1)',
      [[...spaces.keys()]],
    );
    const before = new Map(recorded.map(({ client_id: clientId, space }) => [clientId, space]));
    const changed = clients.filter(({ clientId, space }) => before.get(clientId) !== space);
    if (changed.length > 0) throw new StoreError('space_changed', sentence(changed, before));
  });
}

function sentence(changed: readonly Keyed[], before: ReadonlyMap<string, string>): string {
  const each = changed.map(
    ({ clientId, name, space }) =>
      `  client "${name}" (${clientId}) was in space "${before.get(clientId)}" and is now in "${space}": ` +
      `keep its accounts with "space": "${before.get(clientId)}"`,
  );
  return [
    'COMPANION_CLIENTS changes the space of a client (its name, where it has no "space"). Events about its people would find ' +
      'no account any more, so nothing was started:',
    ...each,
    'How to move a client to another space on purpose: docs/companion.md, "Renaming a client".',
  ].join('\n');
}
