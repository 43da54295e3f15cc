// `npm run drawing`: draws in docs/architecture.md which folders import from which, as dependency-cruiser finds them.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';

const rules = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { options: ICruiseOptions };

export const ARCHITECTURE = fileURLToPath(new URL('../../docs/architecture.md', import.meta.url));

/** The drawing, with the fence that tells GitHub to draw it. */
export const DRAWING = /```mermaid\n[^`]*```/;

export type Edge = readonly [from: string, to: string];

/** The box a file is drawn in: its folder in `src`, where that of the extension is drawn as four. */
const boxOf = (file: string) => /^src\/(extension\/(?:background|browser|pages)(?=\/)|[^/]+)/.exec(file)?.[1];

/**
 * Every pair of boxes of which one imports from the other, in the order of the alphabet; tests and their helpers left
 * out.
 */
export async function edges(): Promise<readonly Edge[]> {
  const { output } = await cruise(['src'], {
    ...rules.options,
    exclude: { path: '\\.test\\.tsx?$|/testing/' },
  });
  const found = new Map<string, Edge>();
  for (const { source, dependencies } of (output as ICruiseResult).modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [boxOf(source), boxOf(resolved)];
      if (from !== undefined && to !== undefined && from !== to) found.set(`${from} ${to}`, [from, to]);
    }
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, edge]) => edge);
}

/** The edges as Mermaid draws them. */
export function drawn(all: readonly Edge[]): string {
  return ['```mermaid', 'flowchart LR', ...all.map(([from, to]) => `  ${from} --> ${to}`), '```'].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = readFileSync(ARCHITECTURE, 'utf8');
  writeFileSync(ARCHITECTURE, page.replace(DRAWING, drawn(await edges())));
}
