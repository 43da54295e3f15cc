// Finds leaked secrets and personal data in any encoding, and dumps the database to search.
import type { Database } from '../../src/companion/db/database.ts';

/** A text in the encodings in which it might be stored: as is, and as re-encoded bytes. */
export function spellings(text: string): readonly string[] {
  const hex = Buffer.from(text, 'hex');
  return [
    text,
    Buffer.from(text).toString('hex'),
    Buffer.from(text).toString('base64url'),
    Buffer.from(text, 'base64url').toString('hex'),
    ...(hex.length * 2 === text.length ? [hex.toString('base64url'), hex.toString('base64')] : []),
  ];
}

/** All rows of all tables, including graphile-worker's, as text. */
export async function dump(database: Database): Promise<string> {
  const tables = await database.query<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    for (const { row } of await database.query<{ row: string }>(`select t::text as row from ${name} as t`)) {
      rows.push(`${name} ${row}`);
    }
  }
  return rows.join('\n');
}
