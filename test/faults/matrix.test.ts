// The fault matrix against the servers of today: all calls, and by their other paths those that have some. The long run
// (`npm run faults`) adds discovery and the servers of 2019.
import { afterAll, expect, it } from 'vitest';
import { note } from './counts.ts';
import { cellsOf, tryCell, type Cell } from './matrix.ts';
import { CALLS } from './matrix-states.ts';
import type { MatrixCall } from './matrix-faults.ts';

let cells = 0;
afterAll(() => note('matrix cells', cells));

/** One test a call and a family of servers. */
const tables = (family: Cell['server']['family'], among: readonly MatrixCall[]) =>
  among.map((call) => ({
    call,
    family,
    cells: cellsOf({ era: 'today', family }, { brief: true, among: [call] }),
  }));

it.for(
  [
    ...tables('oauth', Object.keys(CALLS) as MatrixCall[]),
    ...tables('auth', ['exchange', 'refresh', 'destroy']),
    ...tables('discovered', ['discovery']),
  ].filter((table) => table.cells.length > 0),
)(
  'no fault at $call ends a session, and each has its code ($family)',
  { timeout: 1_200_000 },
  async (table, { signal }) => {
    const found: string[] = [];
    for (const cell of table.cells) {
      cells++;
      found.push(...(await tryCell(cell, signal)));
    }
    expect(found).toEqual([]);
  },
);
