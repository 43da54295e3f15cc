// The fault tests as vitest tests: one in 54 of the crash points and one in 25 of the cells of the matrix in `npm test`; in
// `npm run test:long` a ninth of the points of metrics, a third of the others, all cells on today's servers and a seventh
// of them on each of the others. `npm run faults` goes through everything.
import { afterAll, expect, it } from 'vitest';
import type { AnyEra } from '../../src/mock-accounts/era.ts';
import { note } from './counts.ts';
import { crashEverywhere, type Death, type UseCase } from './crash-points.ts';
import { play } from './histories.ts';
import type { MatrixCall } from './matrix-faults.ts';
import { CALLS } from './matrix-states.ts';
import { cellsOf, tryCell, type Cell } from './matrix.ts';
import { GROUPS } from './use-cases.ts';

/** Selects crash points, or cells of the matrix, by their index. */
type Share = (number: number) => boolean;

const oneIn =
  (count: number): Share =>
  (number) =>
    number % count === 0;
const without =
  (share: Share): Share =>
  (number) =>
    !share(number);

export const SHORT_POINTS = oneIn(54);
export const THIRD_OF_POINTS = oneIn(3);
/** Another third, with none of `SHORT_POINTS` in it. */
export const NEXT_THIRD_OF_POINTS: Share = (number) => number % 3 === 1;
export const NINTH_OF_POINTS = oneIn(9);
export const NEXT_NINTH_OF_POINTS: Share = (number) => number % 9 === 1;

/** No count of states divides it, so each era meets each of them. */
const LEAP = 101;
const oneOfLeap =
  (at: number): Share =>
  (number) =>
    number % LEAP === at;
/** A cell of the matrix in `npm test` is on one era. */
export const SHORT_CELLS: Readonly<Record<AnyEra, Share>> = {
  today: oneOfLeap(0),
  2023: oneOfLeap(25),
  2019: oneOfLeap(50),
  next: oneOfLeap(75),
};
/** In `npm run test:long` all are on today's servers, and a part is on each of the others. */
export const OTHER_CELLS: Readonly<Record<AnyEra, Share>> = {
  today: without(SHORT_CELLS.today),
  2023: (number) => number % 7 === 1 && !SHORT_CELLS[2023](number),
  2019: (number) => number % 7 === 2 && !SHORT_CELLS[2019](number),
  next: (number) => number % 7 === 0 && !SHORT_CELLS.next(number),
};

/** Time limit of one test in milliseconds: it only ends hangs. */
const PATIENCE_MS = 1_800_000;

/** A use case with fewer points than this no longer tests what it was written for. */
const FEWEST = 7;
const FEWEST_IN_SHORT_RUN = 1;

interface Proof {
  readonly death: Death;
  readonly group: keyof typeof GROUPS;
  readonly among: Share;
  /** Instead of each use case's own server; only those without a server of their own. */
  readonly era?: AnyEra;
}

/**
 * Whether it needs neither a certain server nor what FxA alone has: scoped keys, a profile to write, the companion's
 * fake.
 */
const isForAnyServer = ({ fxaOnly, harness: { era, family, keys, scope, companion } = {} }: UseCase) =>
  !(fxaOnly ?? era ?? family) && !keys && !companion && !scope?.includes('write');

/** One test a use case. */
export function proveCrashPoints({ death, group, among, era }: Proof): void {
  let points = 0;
  let lost = 0;
  afterAll(() => note('crash points', points, `${lost} tokens in answers that never reached storage`));

  const all: readonly UseCase[] = GROUPS[group];
  const useCases = era ? all.filter(isForAnyServer) : all;
  for (const useCase of useCases) {
    it(
      `survives the death of the ${death}${era ? ` on ${era}` : ''}: ${useCase.name}`,
      { timeout: PATIENCE_MS },
      async ({ signal }) => {
        const outcome = await crashEverywhere(useCase, { death, among, era, signal });
        points += outcome.points;
        lost += outcome.lost;
        expect(outcome.violations).toEqual([]);
        const fewest = among === SHORT_POINTS || era ? FEWEST_IN_SHORT_RUN : FEWEST;
        expect(outcome.points).toBeGreaterThanOrEqual(fewest);
      },
    );
  }
}

/** One test per group of histories. FAULTS_SEED=n plays only the one with that seed. */
export function proveHistories(from: number, count: number): void {
  const asked = process.env.FAULTS_SEED;
  if (asked !== undefined && !/^\d+$/.test(asked)) throw new Error('FAULTS_SEED must be a whole number.');
  const first = asked === undefined ? from : Number(asked);
  const seeds = Array.from({ length: asked === undefined ? count : 1 }, (_, index) => first + index);

  const totals = { histories: 0, calls: 0, lost: 0 };
  afterAll(() => {
    const more = `${totals.calls} calls, ${totals.lost} grants in answers that never reached storage, seeds from ${first}`;
    note('interleavings', totals.histories, more);
  });

  it(
    `nothing is left over, whatever happens, seeds from ${first}`,
    { timeout: PATIENCE_MS },
    async ({ signal }) => {
      const failed: string[] = [];
      for (const seed of seeds) {
        const history = await play(seed, signal);
        totals.histories++;
        totals.calls += history.calls;
        totals.lost += history.lost;
        if (history.violations.length === 0) continue;
        if (failed.length === 0) console.log(history.tale);
        failed.push(`FAULTS_SEED=${seed}: ${history.violations.join('; ')}`);
      }
      expect(failed).toEqual([]);
    },
  );
}

/** One test per request. `among` picks its cells by their number. */
export function proveMatrix(
  server: Cell['server'],
  {
    calls = Object.keys(CALLS) as MatrixCall[],
    among = () => true,
  }: { calls?: MatrixCall[]; among?: Share } = {},
): void {
  let tried = 0;
  const { era, family } = server;
  afterAll(() => note('matrix cells', tried));

  for (const call of calls) {
    const cells = cellsOf(server, { brief: true, among: [call] }).filter((_, index) => among(index));
    if (cells.length === 0) continue;
    const title = `no fault at ${call} ends a session, and each has its code: ${era}, ${family}`;
    it(title, { timeout: PATIENCE_MS }, async ({ signal }) => {
      const found: string[] = [];
      for (const cell of cells) {
        tried++;
        found.push(...(await tryCell(cell, signal)));
      }
      expect(found).toEqual([]);
    });
  }
}
