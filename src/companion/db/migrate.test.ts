import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MIGRATIONS, readMigrations } from './migrate.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrations-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('takes the SQL files in the order of their numbers, and nothing else in the folder', () => {
  const names = [
    ...['0010-later.sql', '0002-second.sql', '0001-first.sql'],
    ...['0001-first.sql~', '.0002-second.sql.swp', '0003-draft.sql.orig', '#0001-first.sql#', '4-short.sql'],
    ...['README.md', 'notes.sql'],
  ];
  for (const name of names) writeFileSync(join(folder, name), name);
  expect(readMigrations(pathToFileURL(`${folder}/`))).toEqual([
    '0001-first.sql',
    '0002-second.sql',
    '0010-later.sql',
  ]);
});

it('finds those of this version', () => {
  expect(MIGRATIONS[0]).toContain('create table account');
  expect(MIGRATIONS[4]).toContain('create table client_space');
});
