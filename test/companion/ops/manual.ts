// What an operator takes from docs/operate.md and .env.example.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const manual = readFileSync('docs/operate.md', 'utf8');

/**
 * The block of code in the manual that contains a text.
 *
 * @throws Error unless there is exactly one
 */
export function block(contains: string): string {
  const blocks = [...manual.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  const found = blocks.filter((text) => text.includes(contains));
  if (found.length !== 1) throw new Error(`${found.length} blocks contain "${contains}".`);
  return found[0] ?? '';
}

/**
 * What the manual says where a pattern matches, as its first group.
 *
 * @throws Error when it says no such thing
 */
export function mention(pattern: RegExp): string {
  const found = pattern.exec(manual)?.[1];
  if (found === undefined) throw new Error(`The manual has no ${String(pattern)}.`);
  return found;
}

/**
 * Writes `.env.example` with these values into a folder; returns its path. An empty value takes the line out.
 *
 * @throws Error for a setting that the file doesn't have
 */
export function settings(folder: string, values: Readonly<Record<string, string>>): string {
  const example = readFileSync('.env.example', 'utf8');
  let text = example.replace(/^COMPANION_CLIENTS='[^]*?'\n/m, 'COMPANION_CLIENTS=\n');
  for (const [name, value] of Object.entries(values)) {
    const line = new RegExp(`^(?:# )?${name}=.*$`, 'm');
    if (!line.test(text)) throw new Error(`.env.example has no ${name}.`);
    text = text.replace(line, value === '' ? '' : `${name}='${value}'`);
  }
  const path = join(folder, '.env');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
