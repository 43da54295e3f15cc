// `npm run faults`: the long versions of the proofs, beside each other. `-- --minutes N` (default 8), `-- --seed N`
// (default the clock; it is printed, and the same seed gives the same run as far as time allows), `-- --only PART` for
// one of them. Fails on a violation.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../run/local.ts';

const PARTS = ['histories', 'points', 'matrix', 'forgetting', 'soak'] as const;

function readArguments() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '8' },
      seed: { type: 'string', default: String(1 + (Date.now() % 1_000_000_000)) },
      only: { type: 'string' },
    },
  });
  const { minutes, seed, only } = values;
  for (const [name, value] of Object.entries({ minutes, seed })) {
    if (!(Number(value) > 0)) throw new Error(`--${name} must be a number above 0.`);
  }
  const parts = PARTS.filter((part) => only === undefined || part === only);
  if (parts.length === 0) throw new Error(`--only must be one of ${PARTS.join(', ')}.`);
  return { minutes, seed, parts, again: only === undefined ? '' : ` --only ${only}` };
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs one part; its lines come out under its name. */
function runPart(part: string, minutes: string, seed: string): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', 'test/faults/long.ts', part];
    const options = ['--minutes', minutes, '--seed', seed];
    const child = spawn(process.execPath, [...args, ...options], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => console.log(`${part.padEnd(10)} ${line}`));
    child.on('exit', (code) => resolve(code === 0));
  });
}

run(async () => {
  const { minutes, seed, parts, again } = readArguments();
  const began = Date.now();
  console.log(`The long proofs, seed ${seed}: ${minutes} min; every crash point once takes as long as it takes.
The contents of a response lost on the way are unknown: this is counted, but is not a violation.`);
  const done = await Promise.all(parts.map((part) => runPart(part, minutes, seed)));
  const failed = parts.filter((_part, index) => !done[index]);
  const took = `${((Date.now() - began) / 60_000).toFixed(1)} min`;
  if (failed.length === 0) console.log(`${took}; ✓ no violation in what was gone through`);
  else
    throw new Error(
      `${took}; ✗ ${failed.join(', ')}. The same again: npm run faults -- --seed ${seed} --minutes ${minutes}${again}`,
    );
});
