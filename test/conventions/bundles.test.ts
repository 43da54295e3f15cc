// What must not be in the built files, by name: a leak is reported as what it is, not as "3 kB too large".
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBoth, buildExtension, BROWSERS } from '../../scripts/build/build.ts';
import { packExtension } from '../../scripts/build/pack.ts';
import { PAGES, pagePath } from '../../scripts/build/pages.ts';
import {
  BUDGETS,
  BUDGETS_WITH_KEYS,
  backgroundFiles,
  measure,
  pageFiles,
  pageScripts,
  popupFiles,
  sizeLines,
} from '../../scripts/build/sizes.ts';
import { VIEWS } from '../e2e/gallery/views.ts';
import { zipEntries } from './zip-entry.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
const contents = (files: readonly string[]) => files.map((file) => readFileSync(file, 'utf8')).join('\n');
const variables = { FXA_CLIENT_ID: '0123456789abcdef' };

const WITH_KEYS = { ...variables, FXA_KEY_SCOPES: 'https://identity.mozilla.com/apps/notes' };

const JWE = /ECDH-ES|A256GCM|PBES2|deriveBits/;

/** The names, the messages and the words of simulated faults, which only tester builds have. */
const SIMULATED_FAULTS = /\bfault_|dayAhead|simulateFaultNote|Simulated/;

/**
 * Every script in the build but the background's and what the doctor alone loads: it looks at servers and storage
 * itself.
 */
function ofPages(outDir: string): readonly string[] {
  const pages = PAGES.filter((name) => name !== 'doctor');
  const shared = pages.flatMap((name) => pageScripts(outDir, pagePath(name)));
  const aside = pageScripts(outDir, pagePath('doctor')).filter((file) => !shared.includes(file));
  const scripts = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  );
  return scripts
    .map((file) => join(outDir, file))
    .filter((file) => !aside.includes(file) && !backgroundFiles(outDir).includes(file));
}

const sourceMaps = (files: Iterable<string>) => [...files].filter((file) => file.endsWith('.map'));

async function overBudget(outDir: string, budgets = BUDGETS): Promise<readonly string[]> {
  const zip = await packExtension(outDir, `${outDir}.zip`);
  return sizeLines('build', measure(outDir, zip), budgets).filter((line) => line.includes('over the budget'));
}

/** What each bundle must not hold, and how it would show. */
const FORBIDDEN = {
  pages: {
    'refresh tokens': /refresh_?token/i,
    'code verifiers': /code_?verifier/i,
    'authorization codes': /authorization_code/,
    jose: /JWKS|ERR_JW|CompactSign/,
    oauth4webapi: /OAUTH_|allowInsecureRequests/,
    // It may put the address there that was typed; it never reads what lies there.
    'access to tokens in storage': /storage\.session(?!\.set\()/,
    endpoints: /\/v1\/(?:token|profile|destroy)/,
  },
  background: {
    preact: /__H\b|createElementNS|preact/,
    'a document': /\bdocument\.(?:body|createElement)/,
    'a client secret': /client_secret(?!_)/,
    'HTML written into a page': /innerHTML/,
    // Only a build that asks for scoped keys has it.
    JWE,
  },
  both: {
    'the mock server': /127\.0\.0\.1|correct horse|standin/i,
    eval: /\beval\(|new Function\(/,
    'HTML written into a page': /\.innerHTML\s*=/,
  },
};

it('every page is in the gallery', () => {
  expect(PAGES).toContain('popup');
  expect(PAGES.filter((name) => !VIEWS.some(({ page }) => page === name))).toEqual([]);
});

beforeAll(async () => {
  for (const browser of BROWSERS) {
    await buildExtension({ browser, environment: 'production', outDir: join(folder, browser), variables });
  }
  const outDir = join(folder, 'keys');
  await buildExtension({ browser: 'firefox', environment: 'production', outDir, variables: WITH_KEYS });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(BROWSERS)('the production build for %s', (browser) => {
  const outDir = join(folder, browser);

  it.each(Object.entries({ ...FORBIDDEN.pages, ...FORBIDDEN.both }))(
    'has no %s in a page',
    (_name, pattern) => {
      expect(contents([...popupFiles(outDir), ...ofPages(outDir)])).not.toMatch(pattern);
    },
  );

  it.each(Object.entries({ ...FORBIDDEN.background, ...FORBIDDEN.both }))(
    'has no %s in the background',
    (_name, pattern) => {
      expect(contents(backgroundFiles(outDir))).not.toMatch(pattern);
    },
  );

  it('knows no server but its own, and has no form to choose another', () => {
    const options = contents(pageFiles(outDir, pagePath('options')));
    expect(options).toContain('0123456789abcdef');
    for (const code of [options, contents(backgroundFiles(outDir))]) {
      expect(code).not.toMatch(/stage\.mozaws|serverUse|runtime\.reload/);
    }
  });

  it('has none of the code that simulates faults', () => {
    expect(contents([...backgroundFiles(outDir), ...ofPages(outDir)])).not.toMatch(SIMULATED_FAULTS);
  });

  it('is one file of background, and two of script for the popup', () => {
    const scripts = (files: readonly string[]) => files.filter((file) => file.endsWith('.js')).length;
    // Its loader beside it.
    expect(scripts(backgroundFiles(outDir))).toBe(2);
    expect(scripts(popupFiles(outDir))).toBe(2);
  });

  it('is within the size budgets', async () => {
    expect(await overBudget(outDir)).toEqual([]);
  });

  it('lets no page or extension in: the built manifest names no external connection', () => {
    const built = JSON.parse(readFileSync(join(outDir, 'manifest.json'), 'utf8')) as object;
    expect(built).toHaveProperty('background');
    for (const door of ['externally_connectable', 'content_scripts', 'web_accessible_resources', 'sandbox'])
      expect(built).not.toHaveProperty(door);
  });

  it('has no source maps', () => {
    expect(sourceMaps(readdirSync(outDir, { recursive: true, encoding: 'utf8' }))).toEqual([]);
  });

  it('has the words of every language, and not the English beside each of them', () => {
    const locales = (path: string) => readdirSync(path).sort();
    const built = join(outDir, '_locales');
    expect(locales(built)).toEqual(locales('public/_locales'));
    for (const locale of locales(built)) {
      const messages = (folder: string) =>
        JSON.parse(readFileSync(join(folder, locale, 'messages.json'), 'utf8')) as Record<
          string,
          { message: string; description?: string }
        >;
      const source = Object.entries(messages('public/_locales'));
      expect(source.some(([, { description }]) => description !== undefined)).toBe(true);
      const stripped = source.map(([key, { description: _, ...entry }]) => [key, entry]);
      expect(messages(built)).toEqual(Object.fromEntries(stripped));
    }
  });

  it('is what is looked at: pages, what they load later, and background hold what they must', () => {
    expect(contents(popupFiles(outDir))).toContain('popupOpened');
    for (const files of [popupFiles(outDir), backgroundFiles(outDir)])
      expect(contents(files)).toContain('__mozWebExtensionPolyfillReject__');
    for (const what of [/storage\.session\.set/, /changeName/, /changePicture/, /useAnotherAccount/])
      expect(contents(ofPages(outDir))).toMatch(what);
    expect(contents(ofPages(outDir))).not.toContain('permissions.getAll');
    expect(contents(backgroundFiles(outDir))).toMatch(/refresh_token[^]*code_verifier/);
    expect(contents(backgroundFiles(outDir))).toContain('0123456789abcdef');
  });
});

describe('a build that asks for scoped keys', () => {
  const outDir = join(folder, 'keys');

  it('can open them in the background, and nowhere else', () => {
    expect(contents(backgroundFiles(outDir))).toMatch(JWE);
    expect(contents(ofPages(outDir))).not.toMatch(JWE);
  });

  it('is within the size budgets', async () => {
    expect(await overBudget(outDir, BUDGETS_WITH_KEYS)).toEqual([]);
  });
});

describe('a tester build', () => {
  it('can simulate faults, in the background and the pages', async () => {
    const outDir = join(folder, 'tester');
    await buildExtension({ browser: 'firefox', environment: 'stage', outDir, variables });
    for (const files of [backgroundFiles(outDir), popupFiles(outDir), pageFiles(outDir, pagePath('options'))])
      expect(contents(files)).toMatch(SIMULATED_FAULTS);
  });
});

describe('npm run build', () => {
  it('only warns of a size over its budget; a local build with scoped keys, the largest there is, is within all', async () => {
    const dist = join(folder, 'dist');
    const small = { popup: 1, background: 100_000, zip: 1 };
    const lines = await buildBoth({ environment: 'local', variables: WITH_KEYS, dist }, small);
    expect(
      lines.map((line) => [/\w+ +\w+/.exec(line)?.[0].split(/ +/), line.includes('over')].flat()),
    ).toEqual(
      BROWSERS.flatMap((browser) => [
        [browser, 'popup', true],
        [browser, 'background', false],
        [browser, 'zip', true],
      ]),
    );
    for (const browser of BROWSERS) {
      expect(await overBudget(join(dist, browser), BUDGETS_WITH_KEYS)).toEqual([]);
      // A tester's stack says where; archives go without.
      expect(sourceMaps(readdirSync(join(dist, browser), { recursive: true, encoding: 'utf8' }))).not.toEqual(
        [],
      );
      expect(sourceMaps(zipEntries(join(dist, `${browser}.zip`)).keys())).toEqual([]);
    }
  });
});
