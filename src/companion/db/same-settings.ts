// Checks that a database was made with the same secret and the same spaces of clients: under others, its hashes are
// meaningless and events would no longer match its accounts.
import { createHmac } from 'node:crypto';
import type { Client, ClientSpace, Secrets } from '../clients.ts';
import type { Database, Queryable } from './database.ts';
import { StoreError } from './errors.ts';
import { countRemaining } from './rotation.ts';

/** A secret that accounts are known by: of it the table has a keyed hash. */
interface KnownSecret {
  readonly mark: Buffer;
  readonly retiring: boolean;
}

const hashOf = (secret: Uint8Array) => createHmac('sha256', secret).update('made with').digest();

const changed = () =>
  new StoreError(
    'secret_changed',
    'COMPANION_SECRET is not the one this database was created with, so its accounts could no longer be ' +
      'matched. Set the old secret (to replace it: COMPANION_SECRETS=new,old), or use another database.',
  );

/**
 * Records the secret's mark in a new database; afterwards it must match, or replace the former one, which begins a
 * rotation. Without the former one it ends, once no account is known by it. During it, instances that have only the
 * former one may still start.
 *
 * @throws StoreError `secret_changed`, `secret_needed`; nothing is written then.
 */
export async function checkSecret(database: Database, { secret, formerSecret }: Secrets): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query('lock table companion.made_with in share row exclusive mode');
    const known = await transaction.query<KnownSecret>('select mark, retiring from companion.made_with');
    const [given, former] = [hashOf(secret), formerSecret && hashOf(formerSecret)];
    const current = known.find(({ mark }) => given.equals(mark));
    const others = known.filter(({ mark }) => !given.equals(mark) && !former?.equals(mark));
    if (current?.retiring && !former) return;
    const isKnown = known.length === 0 || known.length > others.length;
    if (!isKnown || current?.retiring || others.some(({ retiring }) => !retiring)) throw changed();
    if (others.length > 0) await endRotation(transaction, others);
    await transaction.query('insert into companion.made_with (mark) values ($1) on conflict do nothing', [
      given,
    ]);
    if (former && !current) {
      await transaction.query(RETIRE, [former]);
      // What instances that still had both secrets of the last rotation added after its end.
      await transaction.query('delete from companion.rekeyed');
    }
  });
}

const RETIRE = `
  insert into companion.made_with (mark, retiring) values ($1, true) on conflict (mark) do update set retiring = true`;

async function endRotation(transaction: Queryable, former: readonly KnownSecret[]): Promise<void> {
  const remaining = await countRemaining(transaction);
  if (remaining > 0)
    throw new StoreError(
      'secret_needed',
      `${remaining} accounts are known by a secret that is no longer set, so their events would be lost. Keep it as ` +
        'the second one of COMPANION_SECRETS until "status" counts none, or give them up with the command "end-rotation".',
    );
  await transaction.query('delete from companion.rekeyed');
  await transaction.query('delete from companion.made_with where mark = any($1)', [
    former.map(({ mark }) => mark),
  ]);
}

/**
 * Checks the secrets for one that only looks things up: it needs all that accounts are known by.
 *
 * @throws StoreError `secret_changed`
 */
export async function requireSecret(database: Queryable, { secret, formerSecret }: Secrets): Promise<void> {
  const given = [secret, ...(formerSecret ? [formerSecret] : [])].map(hashOf);
  const known = await database.query<KnownSecret>('select mark from companion.made_with');
  if (!known.every(({ mark }) => given.some((one) => one.equals(mark)))) throw changed();
}

type NamedClient = ClientSpace & Pick<Client, 'name'>;

/**
 * Records the spaces of new clients; those of known clients must be unchanged. Spaces of clients that left the list are
 * kept, because their accounts are.
 *
 * @throws StoreError `space_changed`; nothing is written then.
 */
export async function claimSpaces(database: Database, clients: readonly NamedClient[]): Promise<void> {
  const spaces = new Map(clients.map(({ clientId, space }) => [clientId, space]));
  await database.transaction(async (transaction) => {
    // In a fixed order, because another instance may be inserting the same rows.
    await transaction.query(
      `insert into companion.client_space (client_id, space)
       select client_id, space from unnest($1::text[], $2::text[]) as c (client_id, space) order by client_id
       on conflict do nothing`,
      [[...spaces.keys()], [...spaces.values()]],
    );
    await requireSpaces(transaction, clients);
  });
}

/**
 * Checks the spaces without recording those of new clients.
 *
 * @throws StoreError `space_changed`
 */
export async function requireSpaces(database: Queryable, clients: readonly NamedClient[]): Promise<void> {
  const recorded = await database.query<{ client_id: string; space: string }>(
    'select client_id, space from companion.client_space where client_id = any($1)',
    [clients.map(({ clientId }) => clientId)],
  );
  const before = new Map(recorded.map(({ client_id: clientId, space }) => [clientId, space]));
  const changed = clients.filter(({ clientId, space }) => (before.get(clientId) ?? space) !== space);
  if (changed.length > 0) throw new StoreError('space_changed', sentence(changed, before));
}

/** The clients that accounts may be of: these, and those that left the list. */
export async function everyClient(
  database: Queryable,
  clients: readonly ClientSpace[],
): Promise<readonly ClientSpace[]> {
  const known = await database.query<ClientSpace>(
    'select client_id as "clientId", space from companion.client_space',
  );
  return [...new Map([...known, ...clients].map((client) => [client.clientId, client])).values()];
}

/** The spaces that accounts may be in: of these clients, and of those that left the list. */
export async function spacesOf(
  database: Queryable,
  clients: readonly ClientSpace[],
): Promise<readonly string[]> {
  return [...new Set((await everyClient(database, clients)).map(({ space }) => space))].sort();
}

function sentence(changed: readonly NamedClient[], before: ReadonlyMap<string, string>): string {
  const each = changed.map(({ clientId, name, space }) => {
    const old = before.get(clientId);
    return `  client "${name}" (${clientId}) was in space "${old}" and is now in "${space}": keep its accounts with "space": "${old}"`;
  });
  return [
    'COMPANION_CLIENTS changes the space of a client (its name, where it has no "space"). Events about its people would find ' +
      'no account any more, so nothing was started:',
    ...each,
    'How to move a client to another space on purpose: docs/operate.md, "Renaming a client".',
  ].join('\n');
}
