// The promises of README and CONTRIBUTING about the tree itself.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const read = (file: string) => readFileSync(file, 'utf8');
const source = files.filter((file) => /^src\/.*\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file));
const code = files.filter((file) => /\.(tsx?|m?js|cjs)$/.test(file));
const text = files.filter((file) => !/\.(png|json|svg)$/.test(file) && !file.startsWith('LICENSE'));
const packageJson = JSON.parse(read('package.json')) as Record<
  'scripts' | 'dependencies' | 'devDependencies' | 'optionalDependencies' | 'pins',
  Record<string, string>
>;

const lines = (file: string) => read(file).split('\n').length - 1;

describe('files', () => {
  it('have at most 250 lines, and the median in src is under 100', () => {
    expect(code.filter((file) => lines(file) > 250)).toEqual([]);
    const sorted = source.map(lines).sort((a, b) => a - b);
    expect(sorted.length).toBeGreaterThan(20);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(100);
  });

  it('in src open with a comment that says what they are', () => {
    expect(source.filter((file) => !/^(\/\/|\/\*)/.test(read(file)))).toEqual([]);
  });

  it('in src say of each exported function what it does; of a component, the file says it', () => {
    const undocumented = (file: string) =>
      [...read(file).matchAll(/(?<!\*\/\n)^export (?:async )?function (\w+)/gm)].map(
        ([, name]) => `${file}: ${name}`,
      );
    const documented = source.filter((file) => !file.endsWith('.tsx') && !file.includes('/testing'));
    expect(documented.flatMap(undocumented)).toEqual([]);
  });

  it('in src have no default export', () => {
    expect(source.filter((file) => /^export default/m.test(read(file)))).toEqual([]);
  });

  it('hold no path of a machine and no to-do', () => {
    const machine = /\/(?:work|farm|tmp|home|root)\/[A-Za-z]/;
    expect(
      text.filter((file) => file !== 'test/conventions/house.test.ts' && machine.test(read(file))),
    ).toEqual([]);
    expect(
      code.filter((file) => /\b(?:TODO|FIXME|XXX)\b/.test(read(file)) && !file.includes('conventions')),
    ).toEqual([]);
  });

  it('in src never log, but for the one funnel of the background and the programs people start', () => {
    const allowed = [
      'src/companion/main.ts',
      'src/extension/background/report.ts',
      'src/mock-accounts/main.ts',
    ];
    expect(source.filter((file) => /\bconsole\./.test(read(file)) && !allowed.includes(file))).toEqual([]);
  });
});

describe('src/fxa/index.ts', () => {
  it('exports only functions that show an example', () => {
    const exported = [
      ...read('src/fxa/index.ts').matchAll(/^export \{([^}]+)\} from '\.\/([\w-]+\.ts)'/gm),
    ].flatMap(([, names = '', file = '']) =>
      names.split(',').map((name) => ({ name: name.trim(), file: `src/fxa/${file}` })),
    );
    const functions = exported.filter(({ name }) => /^[a-z]/.test(name));
    expect(functions.length).toBeGreaterThan(25);
    // A function may be exported again by the file that index.ts takes it from.
    const all = files
      .filter((file) => /^src\/fxa\/[\w-]+\.ts$/.test(file))
      .map(read)
      .join('\n');
    const docOf = (name: string) =>
      new RegExp(`/\\*\\*(?:(?!\\*/)[^])*\\*/\\nexport (?:async )?function ${name}\\b`).exec(all)?.[0] ?? '';
    expect(functions.filter(({ name }) => !docOf(name).includes('@example'))).toEqual([]);
  });
});

describe('package.json', () => {
  it('has every npm command that README and CONTRIBUTING name', () => {
    const named = ['README.md', 'CONTRIBUTING.md'].flatMap((file) =>
      [...read(file).matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w-]+)/g)].map(([, name]) => name ?? ''),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(name in packageJson.scripts))).toEqual([]);
  });

  it('names exact versions, and says of every held-back one what lifts it', () => {
    const { dependencies, devDependencies, optionalDependencies, pins } = packageJson;
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
    expect(
      Object.entries(all).filter(([, version]) => !/^(npm:[@\w/-]+@)?\d+\.\d+\.\d+$/.test(version)),
    ).toEqual([]);
    expect(Object.keys(pins).filter((name) => !(name in all))).toEqual([]);
    expect(Object.keys(pins)).toEqual(
      expect.arrayContaining(['vitest', 'puppeteer-core', 'typescript', '@types/node', 'dependency-cruiser']),
    );
  });
});

describe('.ci/run', () => {
  it('runs the test command of the README', () => {
    expect(read('.ci/run')).toContain('npm test');
    expect(read('README.md')).toContain('npm test');
  });
});
