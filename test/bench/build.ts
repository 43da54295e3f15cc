// Builds the companion for the bench as `npm run build:companion` does: what is measured is what would be deployed.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { copyMigrations } from '../../scripts/build/companion.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Paths of programs. */
export interface Programs {
  readonly companion: string;
  readonly resource: string;
}

export async function buildPrograms(): Promise<Programs> {
  const outDir = `${root}dist/bench`;
  const entry = (name: string) => `${root}test/bench/servers/${name}.ts`;
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      copyPublicDir: false,
      target: 'node20',
      rolldownOptions: {
        input: { companion: entry('companion'), resource: entry('resource') },
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  copyMigrations(outDir);
  return { companion: `${outDir}/companion.js`, resource: `${outDir}/resource.js` };
}
