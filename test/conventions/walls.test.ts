// The walls hold: every rule of .dependency-cruiser.cjs reports the edge it is there for.
import { createRequire } from 'node:module';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { afterAll, expect, it } from 'vitest';
import { PAGES } from '../../scripts/build/pages.ts';

const rules = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: { name: string; from: { path?: string } }[];
};
const folder = mkdtempSync(join(tmpdir(), 'walls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** file → what it wrongly imports, by the name of the rule that must say so. */
const PLANTED: Record<string, [file: string, code: string]> = {
  'fxa-is-pure': ['src/fxa/a.ts', "import '../session/ok.ts';"],
  'session-knows-only-fxa': ['src/session/b.ts', "import '../extension/background/ok.ts';"],
  'contract-knows-nobody': ['src/contract/c.ts', "import '../session/ok.ts';"],
  'mock-server-stands-alone': ['src/mock-accounts/c.ts', "import '../session/ok.ts';"],
  'companion-knows-only-fxa': ['src/companion/c.ts', "import '../session/ok.ts';"],
  'nothing-imports-the-companion': ['src/extension/background/d2.ts', "import '../../companion/ok.ts';"],
  'nothing-imports-the-mock-server': ['src/extension/background/d.ts', "import '../../mock-accounts/ok.ts';"],
  'only-browser-imports-the-polyfill': ['src/extension/background/e.ts', "import 'webextension-polyfill';"],
  'pages-hold-no-rules': [
    'src/extension/pages/doctor/f.ts',
    "import { x } from '../../../session/ok.ts'; x;",
  ],
  'only-the-doctor-knows-the-protocol': [
    'src/extension/pages/popup/f2.ts',
    "import { y } from '../../../fxa/ok.ts'; y;",
  ],
  'pages-know-little-of-the-build': ['src/extension/pages/options/f.ts', "import '../../config.ts';"],
  'doors-of-one-page': ['src/extension/pages/popup/g2.ts', "import '../../browser/pages/doctor-ports.ts';"],
  'pages-reach-the-browser-by-few-doors': ['src/extension/pages/popup/g.ts', "import '../../browser/ok.ts';"],
  'no-cycles': ['src/fxa/h.ts', "import type { x } from './h2.ts'; export type X = typeof x;"],
  'nothing-unresolved': ['src/fxa/i.ts', "import './nowhere.ts';"],
};

/** What must stay silent. */
const ALLOWED: Record<string, string> = {
  'src/extension/pages/popup/allowed.ts':
    "import type { x } from '../../../session/ok.ts'; import { x as y } from '../../../session/constants.ts'; export type Y = typeof x; y;",
  'src/extension/pages/doctor/allowed.ts':
    "import { x } from '../../config.ts'; import { y } from '../../../fxa/ok.ts'; import '../../browser/pages/doctor-ports.ts'; x; y;",
};

it('every rule of the walls finds its planted violation, and nothing else is found', async () => {
  const plant = (file: string, code: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  };
  for (const room of ['session', 'mock-accounts', 'companion', 'extension/background', 'extension/browser']) {
    plant(`src/${room}/ok.ts`, 'export const x = 1;');
  }
  plant('src/session/constants.ts', 'export const x = 1;');
  plant('src/fxa/ok.ts', 'export const y = 1;');
  plant('src/fxa/h2.ts', "import './h.ts'; export const x = 1;");
  for (const file of ['config', 'browser/pages/doctor-ports'])
    plant(`src/extension/${file}.ts`, 'export const x = 1;');
  for (const [file, code] of Object.entries(ALLOWED)) plant(file, code);
  for (const [file, code] of Object.values(PLANTED)) plant(file, code);
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));

  const result = await cruise(['src'], {
    baseDir: folder,
    ruleSet: rules as unknown as IFlattenedRuleSet,
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  });
  const { violations } = (result.output as ICruiseResult).summary;
  const found = new Map(violations.map(({ rule, from }) => [rule.name, from]));
  for (const [rule, [file]] of Object.entries(PLANTED)) {
    expect(
      violations.some((violation) => violation.rule.name === rule && violation.from === file),
      rule,
    ).toBe(true);
  }
  expect([...found.keys()].sort()).toEqual(rules.forbidden.map(({ name }) => name).sort());
  const allowed = Object.keys(ALLOWED);
  expect(violations.filter(({ from }) => allowed.includes(from))).toEqual([]);
});

it.each([...PAGES, 'shared'])('%s is a room of pages', (room) => {
  const { from } = rules.forbidden.find(({ name }) => name === 'pages-reach-the-browser-by-few-doors') ?? {};
  expect(`src/extension/pages/${room}/main.tsx`).toMatch(new RegExp(from?.path ?? '^$'));
});
