// The fault matrix against the servers of today: all calls, and by their other paths those that have some. The long run
// (`npm run faults`) adds discovery and the servers of 2019.
import { afterAll, expect, it } from 'vitest';
import { note } from './counts.ts';
import { cellsOf, tryCell, type Cell } from './matrix.ts';

let cells = 0;
afterAll(() => note('matrix cells', cells));

async function violations(some: readonly Cell[]): Promise<string[]> {
  const found: string[] = [];
  for (const cell of some) {
    cells++;
    found.push(...(await tryCell(cell)));
  }
  return found;
}

it('no fault ends a session, and each has its code', { timeout: 300_000 }, async () => {
  expect(await violations(cellsOf({ era: 'today', family: 'oauth' }, { brief: true }))).toEqual([]);
});

it('nor by the paths of the auth server', { timeout: 300_000 }, async () => {
  const cells = cellsOf(
    { era: 'today', family: 'auth' },
    { brief: true, among: ['exchange', 'refresh', 'destroy'] },
  );
  expect(await violations(cells)).toEqual([]);
});

it('nor with discovered endpoints', { timeout: 300_000 }, async () => {
  expect(
    await violations(cellsOf({ era: 'today', family: 'discovered' }, { brief: true, among: ['discovery'] })),
  ).toEqual([]);
});
