// What must not be found: people and secrets, in whatever spelling they might have got somewhere; and where to look for them.
import type { Database } from '../../src/companion/db/database.ts';

/** A text as it is, and as bytes that are hex or base64url would be written by others. */
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

/** Every row of every table there is, those of graphile-worker included, as text. */
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
