// `npm run build`: both browsers, then the sizes a person pays for, held to their budgets; with `-- --env NAME`.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { viteConfig, type BuildOptions } from '../vite.config.ts';
import { buildConfig } from './environment.ts';
import { packExtension } from './pack.ts';
import { budgetsFor, measure, type Sizes } from './sizes.ts';

export const BROWSERS = ['firefox', 'chromium'] as const;

const root = fileURLToPath(new URL('../', import.meta.url));

/** Builds the extension for one browser into `outDir`. `variables` are the build's environment variables. */
export async function buildExtension({
  outDir,
  variables,
  ...options
}: Omit<BuildOptions, 'variables'> & { variables?: BuildOptions['variables'] }): Promise<void> {
  const config = viteConfig({ ...options, outDir, variables: variables ?? process.env });
  await build({ ...config, root, logLevel: 'warn' });
}

/** Lines for people, and whether everything is within its budget. */
function report(name: string, sizes: Sizes, budgets: Sizes): { lines: string[]; fits: boolean } {
  let fits = true;
  const lines = Object.entries(budgets).map(([what, budget]) => {
    const size = sizes[what as keyof Sizes];
    const over = size > budget;
    if (over) fits = false;
    const kilobytes = `${(size / 1000).toFixed(1)} of ${budget / 1000} kB`;
    return `  ${name.padEnd(9)} ${what.padEnd(11)} ${kilobytes}${over ? '   over the budget' : ''}`;
  });
  return { lines, fits };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { env: { type: 'string', default: 'local' } } });
  // All that is wrong with the variables is said before anything in `dist` is replaced.
  const configs = new Map(
    BROWSERS.map((browser) => [browser, buildConfig(values.env, browser, process.env)] as const),
  );
  let fits = true;
  const lines: string[] = [];
  for (const [browser, config] of configs) {
    const outDir = `${root}dist/${browser}`;
    await buildExtension({ browser, environment: values.env, outDir });
    const sizes = measure(outDir, await packExtension(outDir, `${root}dist/${browser}.zip`));
    const result = report(browser, sizes, budgetsFor(config));
    lines.push(...result.lines);
    fits &&= result.fits;
  }
  console.log(`\nBuilt dist/firefox and dist/chromium (${values.env}). Sizes, gzip:\n${lines.join('\n')}`);
  if (!fits) throw new Error('A size is over its budget.');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
