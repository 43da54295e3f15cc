// axe-core inside a page: what people with a disability would stumble over, as far as a program can tell.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'puppeteer-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.0 to 2.2, A and AA, and axe's own best practices. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

interface Axe {
  run(options: object): Promise<{
    violations: readonly Fault[];
    incomplete: readonly Fault[];
    passes: readonly unknown[];
  }>;
}

interface Fault {
  id: string;
  help: string;
  nodes: readonly { target: readonly unknown[]; any: readonly { message: string }[] }[];
}

/** Runs inside the page, which is why it stands alone. */
async function runAxe(tags: readonly string[], rules: readonly string[] | undefined) {
  const { axe } = globalThis as unknown as { axe: Axe };
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: tags };
  const { violations, passes } = await axe.run({ runOnly, resultTypes: ['violations'] });
  const lines = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, any }) =>
        `${id}: ${help} at ${target.join(' ')} ${any.map(({ message }) => message).join(' ')}`,
    ),
  );
  return { lines, passed: passes.length };
}

/**
 * Each violation as a line. `rules`: only these of axe's; otherwise all of `TAGS`.
 *
 * @throws Error when axe found nothing to look at: silence would pass for praise.
 */
export async function axeFaults(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(SOURCE);
  const { lines, passed } = await page.evaluate(runAxe, TAGS, rules);
  if (passed === 0 && lines.length === 0) throw new Error('axe had nothing to look at.');
  return lines;
}
