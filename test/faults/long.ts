// Long runs of the fault tests, one part per process: `tsx test/faults/long.ts points|matrix|histories|forgetting|
// soak --minutes N --seed N`. Violations are printed at once, and the exit code is 1 then. `npm run faults` runs all parts.
import { parseArgs } from 'node:util';
import { soak } from '../companion/kill/soak.ts';
import { createChance } from '../harness/random.ts';
import { ERAS } from '../../src/mock-accounts/era.ts';
import { crashEverywhere, type Outcome } from './crash-points.ts';
import { forgetMillions } from './forgetting.ts';
import { play } from './histories.ts';
import { cellsOf, tryCell, type Cell } from './matrix.ts';
import { USE_CASES } from './use-cases.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '8' }, seed: { type: 'string', default: '1' } },
});
const end = performance.now() + Number(values.minutes) * 60_000;
const seed = Number(values.seed);
/** The deadline is checked between cases, never inside one. */
const { signal } = new AbortController();
const over = () => performance.now() > end;

/** Stop after this many violations. */
const MOST_TOLD = 20;
let violations = 0;
function tell(what: string): void {
  if (++violations <= MOST_TOLD) console.log(`✗ ${what}`);
}

const EVERY_MS = 15_000;
let next = performance.now() + EVERY_MS;
function progress(says: () => string): void {
  if (performance.now() < next) return;
  next = performance.now() + EVERY_MS;
  console.log(`… ${says()}`);
}

const SERVERS: readonly Cell['server'][] = ERAS.flatMap((era) =>
  (['oauth', 'auth', 'discovered'] as const).map((family) => ({ era, family })),
);

/** Every point once, then two crashes in a row while there is time. */
async function points(): Promise<string> {
  const total: Omit<Outcome, 'violations'> = { points: 0, lost: 0 };
  const says = () =>
    `${total.points} crash points, ${total.lost} tokens in answers that were lost on the way`;
  const run = async (twice: boolean) => {
    for (let turn = 0; turn < USE_CASES.length; turn++) {
      const useCase = USE_CASES[(turn + seed) % USE_CASES.length];
      for (const death of ['background', 'browser'] as const) {
        if (!useCase) continue;
        const stop = () => {
          progress(says);
          return twice && over();
        };
        const outcome = await crashEverywhere(useCase, { death, twice, stop, signal });
        total.points += outcome.points;
        total.lost += outcome.lost;
        outcome.violations.forEach(tell);
      }
    }
  };
  await run(false);
  await run(true);
  return says();
}

/** In an order drawn from the seed, so that a run that ends early has covered every part. */
async function matrix(): Promise<string> {
  const chance = createChance(seed);
  const cells = SERVERS.flatMap((server) => cellsOf(server))
    .map((cell) => ({ cell, at: chance.next() }))
    .sort((a, b) => a.at - b.at);
  let done = 0;
  const says = () => `${done} of ${cells.length} matrix cells`;
  for (const { cell } of cells) {
    if (over()) break;
    done++;
    (await tryCell(cell, signal)).forEach(tell);
    progress(says);
  }
  return says();
}

async function histories(): Promise<string> {
  const total = { histories: 0, calls: 0, lost: 0 };
  const says = () =>
    `${total.histories} interleavings from seed ${seed}, ${total.calls} calls, ${total.lost} grants in answers that were lost on the way`;
  while (!over()) {
    const history = await play(seed + total.histories++, signal);
    total.calls += history.calls;
    total.lost += history.lost;
    if (history.violations.length > 0) {
      if (violations === 0) console.log(history.tale);
      tell(
        `${history.violations.join('; ')}. Play it again: FAULTS_SEED=${history.seed} npx vitest run test/faults/histories.test.ts`,
      );
    }
    progress(says);
  }
  return says();
}

const parts: Readonly<Record<string, () => Promise<string>>> = {
  points,
  matrix,
  histories,
  forgetting: () => forgetMillions({ tell, say: (what) => progress(() => what) }),
  soak: () => soak({ minutes: Number(values.minutes), seed, tell, say: progress }),
};
const part = parts[positionals[0] ?? ''];
if (!part) throw new Error(`There is no such part; possible are ${Object.keys(parts).join(', ')}.`);
const gone = await part();
console.log(`${violations === 0 ? '' : '✗ '}${gone}, ${violations} violations`);
process.exitCode = violations > 0 ? 1 : 0;
