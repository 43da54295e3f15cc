// `npm run build`: both browsers, then the sizes a person pays for, beside their budgets; with `-- --env NAME`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { buildConfig, type Variables } from './environment.ts';
import { checkIds, manifestFor, redirectUris } from './manifest.ts';
import { packExtension } from './pack.ts';
import { EXAMPLE_CHROMIUM_REDIRECT } from './release.ts';
import { BUDGETS, BUDGETS_WITH_KEYS, measure, sizeLines } from './sizes.ts';
import { viteConfigs, type BuildOptions } from '../../vite.config.ts';

export const BROWSERS = ['firefox', 'chromium'] as const;

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the extension for one browser into `outDir`. `variables` are the build's environment variables. */
export async function buildExtension({
  variables = process.env,
  ...options
}: Omit<BuildOptions, 'variables'> & { variables?: BuildOptions['variables'] }): Promise<void> {
  // One after the other: the first empties the folder.
  for (const config of await viteConfigs({ ...options, variables })) await build(config);
}

/**
 * Builds for both browsers, and their archives, into `dist`. Gives a line for each size: one over its budget is a
 * warning.
 */
export async function buildBoth(
  { environment, variables, dist }: { environment: string; variables: Variables; dist: string },
  budgets = variables.FXA_KEY_SCOPES ? BUDGETS_WITH_KEYS : BUDGETS,
): Promise<readonly string[]> {
  // All that is wrong with the variables and the ids is said before anything in `dist` is replaced.
  for (const browser of BROWSERS) manifestFor(browser, buildConfig(environment, browser, variables));
  checkIds(environment);
  const lines: string[] = [];
  for (const browser of BROWSERS) {
    const outDir = join(dist, browser);
    await buildExtension({ browser, environment, outDir, variables });
    const zip = await packExtension(outDir, `${outDir}.zip`);
    lines.push(...sizeLines(browser, measure(outDir, zip), budgets));
  }
  return lines;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { env: { type: 'string', default: 'local' } } });
  const variables = process.env;
  const lines = await buildBoth({ environment: values.env, variables, dist: `${root}dist` });
  console.log(`\nBuilt dist/firefox and dist/chromium (${values.env}). Sizes, gzip:\n${lines.join('\n')}`);
  if (values.env === 'production' && (await redirectUris()).chromium === EXAMPLE_CHROMIUM_REDIRECT)
    console.log(
      '\n⚠ chromium: key in manifest.json is still the example\'s; "npm run redirect-uris" says what to do.',
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
