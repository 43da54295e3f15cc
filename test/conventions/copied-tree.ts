// A copy of the repository, whose manifest and words a test may edit; packages are shared.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PARTS = [
  'src',
  'scripts',
  'public',
  'manifest.json',
  'package.json',
  'tsconfig.json',
  'vite.config.ts',
];

/** The copy's folder, and how to edit a file of it. */
export function copyTree(): {
  root: string;
  edit(file: string, from: string, to: string): void;
  remove(): void;
} {
  const root = mkdtempSync(join(tmpdir(), 'tree-'));
  for (const part of PARTS) cpSync(part, join(root, part), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  return {
    root,
    edit(file, from, to) {
      const before = readFileSync(join(root, file), 'utf8');
      if (!before.includes(from)) throw new Error(`${file} does not hold ${from}.`);
      writeFileSync(join(root, file), before.replace(from, to));
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
