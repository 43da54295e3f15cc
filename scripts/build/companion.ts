// `npm run build:companion`: the companion as plain JavaScript for Node, in dist/companion, with the version it says it is.
// Its packages stay outside: `npm ci --omit=dev` brings them.
import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the entry into `outDir`; returns its path. */
export async function buildCompanion(outDir = `${root}dist/companion`): Promise<string> {
  await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: 'warn',
    build: {
      ssr: 'src/companion/main.ts',
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'main.js' } },
    },
  });
  copyMigrations(outDir);
  writeFileSync(`${outDir}/version.json`, `${JSON.stringify(version(), null, 2)}\n`);
  return `${outDir}/main.js`;
}

/** Puts the SQL files beside the code that reads them. */
export function copyMigrations(outDir: string): void {
  cpSync(`${root}src/companion/db/migrations`, `${outDir}/migrations`, { recursive: true });
}

/** What Dockerflow wants to know. Outside of a repository COMMIT may say the commit; else it stays empty. */
function version(): Readonly<Record<'source' | 'version' | 'commit' | 'build', string>> {
  const { version, repository } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    version: string;
    repository?: string;
  };
  return { source: repository ?? '', version, commit: commit(), build: process.env.BUILD_URL ?? '' };
}

function commit(): string {
  if (process.env.COMMIT) return process.env.COMMIT;
  try {
    const quiet: ExecFileSyncOptionsWithStringEncoding = {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    return execFileSync('git', ['rev-parse', 'HEAD'], quiet).trim();
  } catch {
    return '';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildCompanion().then(
    () => console.log('Built dist/companion. Start it: node --env-file=.env dist/companion/main.js'),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    },
  );
}
