// The drawing of imports in docs/architecture.md.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ARCHITECTURE, DRAWING, drawn, edges, type Edge } from '../../scripts/pictures/imports.ts';

/** What is left when every box that imports from no other box that is left is taken away: the circles. */
function circles(all: readonly Edge[]): readonly Edge[] {
  const left = all.filter(([, to]) => all.some(([from]) => from === to));
  return left.length === all.length ? left : circles(left);
}

it('shows the imports between folders as they are, and no circle', async () => {
  const found = await edges();
  expect(DRAWING.exec(readFileSync(ARCHITECTURE, 'utf8'))?.[0], 'npm run drawing').toBe(drawn(found));
  expect(found).toContainEqual(['extension/pages', 'extension/browser']);
  expect(circles(found)).toEqual([]);
});

it('a circle among the imports would be found', () => {
  const circle: Edge[] = [
    ['b', 'c'],
    ['c', 'b'],
  ];
  expect(circles([['a', 'b'], ...circle, ['c', 'd']])).toEqual([['a', 'b'], ...circle]);
});
