// Some hundred histories, the same in every run: who lands a change should not draw a lot. `npm run faults` goes on to new
// ones, by the thousand. FAULTS_SEED=n plays exactly the one of that seed.
import { afterAll, expect, it } from 'vitest';
import { note } from './counts.ts';
import { play } from './histories.ts';

const HISTORIES = 400;
const FIRST = 20_261_121;
const asked = process.env.FAULTS_SEED;
if (asked !== undefined && !/^\d+$/.test(asked)) throw new Error('FAULTS_SEED must be a whole number.');
const first = asked === undefined ? FIRST : Number(asked);
const seeds = Array.from({ length: asked === undefined ? HISTORIES : 1 }, (_, index) => first + index);

const totals = { histories: 0, calls: 0, lost: 0 };
afterAll(() => {
  const more = `${totals.calls} calls, ${totals.lost} grants in answers that never reached storage, seeds from ${first}`;
  note('interleavings', totals.histories, more);
});

it(
  `nothing is left over, whatever happens, seeds from ${first}`,
  { timeout: 1_200_000 },
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
