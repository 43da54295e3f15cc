// Every promise of SECURITY.md names the test that holds it, and that test is there.
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const security = readFileSync('SECURITY.md', 'utf8');
const section = (title: string) => security.split(/^## /m).find((one) => one.startsWith(`${title}\n`)) ?? '';
const rows = [
  ...section('Which test holds which promise').matchAll(/^\| (.+?) +\| `(.+?)` › (.+?) +\|$/gm),
].map(([, promise = '', file = '', title = '']) => ({ promise, file, title }));

it('names tests that exist, by their file and their title', () => {
  expect(rows.length).toBeGreaterThan(20);
  const missing = rows.filter(
    ({ file, title }) => !existsSync(file) || !readFileSync(file, 'utf8').includes(title),
  );
  expect(missing).toEqual([]);
});

it.each(['Who is kept out', 'The companion'])('names a test for every promise of "%s"', (title) => {
  const promises = [...section(title).matchAll(/^- \*\*(.+?)\.?\*\*/gm)].map(([, promise = '']) => promise);
  expect(promises.length).toBeGreaterThan(7);
  expect(promises.filter((promise) => !rows.some((row) => row.promise === promise))).toEqual([]);
});
