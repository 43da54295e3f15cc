// `npm run bench`: how quick the companion is, as ratios to what it is compared with, all measured in turn in one run, and
// written into docs/benchmarks.md. Options are in USAGE. Nothing else should run on the machine meanwhile.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { onBench, type Pace } from '../../test/bench/bench.ts';
import { inWords, isMet } from '../../test/bench/report.ts';
import { bearer } from '../../test/bench/suites/bearer.ts';
import { durable } from '../../test/bench/suites/durable.ts';
import { growth } from '../../test/bench/suites/growth.ts';
import { polls } from '../../test/bench/suites/polls.ts';
import { verifyOnly } from '../../test/bench/suites/verify.ts';
import { ensureTools } from '../../test/bench/tools.ts';
import { type MeasuredChapter, writeReport } from './bench-report.ts';
import { endWhenInterrupted, run } from '../run/local.ts';
import { ensurePostgres } from '../machine/postgres.mjs';

const USAGE = `Usage: npm run bench -- [options]
  --quick        fewer and shorter rounds: an impression, which is not written down
  --check        fails below the goals
  --report       measures nothing, and writes docs/benchmarks.md anew from docs/benchmarks.json
  --only LIST    of verify, durable, bearer, growth, polls; with commas
  --rounds N     how often everything is measured
  --seconds N    how long each time
  --tokens N     distinct tokens; a quick machine needs more`;

const CHAPTERS = { verify: verifyOnly, durable, bearer, growth, polls } as const;
type ChapterName = keyof typeof CHAPTERS;

const USUAL: Pace = { rounds: 7, seconds: 2, tokens: 40_000 };
const QUICK: Pace = { rounds: 3, seconds: 1, tokens: 20_000 };
/** Of the load of the last minute, for each core. */
const QUIET = 0.3;

interface Arguments extends Pace {
  readonly quick: boolean;
  readonly check: boolean;
  readonly report: boolean;
  readonly only: readonly ChapterName[];
}

const isChapter = (name: string): name is ChapterName => name in CHAPTERS;

function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        report: { type: 'boolean', default: false },
        only: { type: 'string', default: Object.keys(CHAPTERS).join() },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        tokens: { type: 'string' },
      },
    });
    const usual = values.quick ? QUICK : USUAL;
    const number = (name: keyof Pace) => {
      const value = Number(values[name] ?? usual[name]);
      if (Number.isInteger(value) && value > 0) return value;
      throw new Error(`--${name} is a whole number above 0.`);
    };
    const only = values.only.split(',');
    if (!only.every(isChapter)) throw new Error('There is no such part.');
    const pace = { rounds: number('rounds'), seconds: number('seconds'), tokens: number('tokens') };
    const { quick, check, report } = values;
    return { ...pace, quick, check, report, only };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why}\n${USAGE}`, { cause: error });
  }
}

run(async () => {
  const { quick, check, report, only, ...pace } = readArguments();
  if (report) {
    await writeReport({}, Object.keys(CHAPTERS));
    return;
  }
  endWhenInterrupted();
  ensureTools();
  ensurePostgres();
  const [load = 0] = loadavg();
  const cores = availableParallelism();
  if (cores < 2) throw new Error('The bench needs two cores: one for the server, one for what loads it.');
  const machine = `${cores} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, Node ${process.versions.node}`;
  console.log(`${machine}, load ${load.toFixed(1)}
Ratios are medians of ${pace.rounds} rounds (least–most), all variants in turn; each ran ${pace.seconds} s a round.`);
  if (load / cores > QUIET)
    console.log('The machine is busy with something else: take the figures with care.');

  const at = new Date().toISOString();
  const chapters: Record<string, MeasuredChapter> = {};
  for (const name of only) {
    // Each on a bench of its own: no server of another chapter is about.
    const { rounds, seconds } = pace;
    const found = { ...(await onBench(pace, CHAPTERS[name])), machine, load, at, rounds, seconds };
    chapters[name] = found;
    console.log(inWords(found));
  }
  const missed = Object.values(chapters).flatMap(({ findings }) =>
    findings.filter((finding) => !isMet(finding)),
  );
  if (!quick) await writeReport(chapters, Object.keys(CHAPTERS));
  if (missed.length === 0) console.log('\n✓ every goal is met');
  else if (check) throw new Error(`✗ below the goal: ${missed.map(({ what }) => what).join('; ')}`);
  else console.log(`\n✗ below the goal: ${missed.map(({ what }) => what).join('; ')}`);
});
