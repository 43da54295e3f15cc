// Every promise of SECURITY.md and every point of docs/standards.md names the test that holds it, and that test is there;
// and lists in the documents are those of the code.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LOCAL, MEMORY } from '../../src/session/state/storage-items.ts';

const security = readFileSync('SECURITY.md', 'utf8');
const section = (title: string) => security.split(/^## /m).find((one) => one.startsWith(`${title}\n`)) ?? '';

interface NamedTest {
  readonly file: string;
  readonly title: string;
}
/** The tests that a cell names: `file` › title, several separated by semicolons. */
const namedIn = (cell: string): NamedTest[] =>
  [...cell.matchAll(/`([\w./-]+\.test\.tsx?)` › ([^;|)]+)/g)].map(([, file = '', title = '']) => ({
    file,
    title: title.trim(),
  }));
const missing = (tests: readonly NamedTest[]) =>
  tests.filter(({ file, title }) => !existsSync(file) || !readFileSync(file, 'utf8').includes(title));

describe('SECURITY.md', () => {
  const rows = [...section('Which test holds which promise').matchAll(/^\| (.+?) +\| (`.+) \|$/gm)].map(
    ([, promise = '', cell = '']) => ({ promise, tests: namedIn(cell) }),
  );

  it('names tests that exist, by their file and their title', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ tests }) => tests.length === 0)).toEqual([]);
    expect(missing(rows.flatMap(({ tests }) => tests))).toEqual([]);
  });

  it.each(['Who is kept out', 'The companion'])('names a test for every promise of "%s"', (title) => {
    const promises = [...section(title).matchAll(/^- \*\*(.+?)\.?\*\*/gm)].map(([, promise = '']) => promise);
    expect(promises.length).toBeGreaterThan(7);
    expect(promises.filter((promise) => !rows.some((row) => row.promise === promise))).toEqual([]);
  });
});

describe('docs/develop.md', () => {
  it('reserves every key that the extension stores something under', () => {
    const doc = readFileSync('docs/develop.md', 'utf8');
    const reserved = (area: string) =>
      [...(doc.split(`- \`storage.${area}\`:`)[1]?.split('\n- ')[0] ?? '').matchAll(/`(\w+)`/g)]
        .map(([, key]) => key)
        .sort();
    expect(reserved('local')).toEqual(Object.values(LOCAL).sort());
    expect(reserved('session')).toEqual(Object.values(MEMORY).sort());
  });
});

describe('docs/web-sign-in.md', () => {
  it('names for each setting of kinto-fxa a test that exists', () => {
    const rows = readFileSync('docs/web-sign-in.md', 'utf8').match(/^\| (?:the command )?`.+$/gm) ?? [];
    expect(rows.length).toBeGreaterThan(11);
    expect(rows.filter((row) => namedIn(row).length !== 1)).toEqual([]);
    expect(missing(rows.flatMap(namedIn))).toEqual([]);
  });
});

describe('docs/standards.md', () => {
  const standards = readFileSync('docs/standards.md', 'utf8');
  const rows = [...standards.matchAll(/^\| (.+?) +\| (.+?) +\| (.*?) *\|$/gm)]
    .map(([, point = '', result = '', why = '']) => ({ point, result, why, tests: namedIn(why) }))
    .filter(({ result }) => result !== 'result' && !/^-+$/.test(result));
  const shown = rows.filter(({ result }) => result === 'met' || result === 'passes');

  it('has a test for each point that is met, and a reason for each other', () => {
    expect(rows.length).toBeGreaterThan(120);
    expect(shown.filter(({ tests }) => tests.length === 0)).toEqual([]);
    const others = rows.filter((row) => !shown.includes(row));
    expect(others.filter(({ result }) => !['not met', 'does not apply'].includes(result))).toEqual([]);
    expect(others.filter(({ why }) => why.length < 10)).toEqual([]);
  });

  it('names tests that exist, by their file and their title', () => {
    expect(missing(rows.flatMap(({ tests }) => tests))).toEqual([]);
  });

  it('lists every module that test/conformance replays, and says of no other that it passes', () => {
    const modules = (text: string) => [...text.matchAll(/oidcc-client-test[\w-]*/g)].map(([name]) => name);
    const titles = readdirSync('test/conformance')
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) =>
        [...readFileSync(`test/conformance/${file}`, 'utf8').matchAll(/'(oidcc-client-test[\w-]*)'/g)].map(
          ([, name = '']) => name,
        ),
      );
    const passing = rows.filter(({ result }) => result === 'passes').flatMap(({ point }) => modules(point));
    expect(passing.toSorted()).toEqual(titles.toSorted());
  });
});
