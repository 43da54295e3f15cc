// `npm run faults`: the long versions of the proofs, beside each other. `-- --minutes N` (default 8), `-- --seed N` (default
// the clock; it is printed, and the same seed gives the same run as far as time allows). Fails on a violation.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const PARTS = ['histories', 'points', 'matrix'] as const;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '8' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
for (const [name, value] of Object.entries(values)) {
  if (!(Number(value) > 0)) throw new Error(`--${name} must be a number above 0.`);
}
const root = fileURLToPath(new URL('../', import.meta.url));

/** Runs one part; its lines come out under its name. */
function run(part: string): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', 'test/faults/long.ts', part];
    const options = ['--minutes', values.minutes, '--seed', values.seed];
    const child = spawn(process.execPath, [...args, ...options], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => console.log(`${part.padEnd(9)} ${line}`));
    child.on('exit', (code) => resolve(code === 0));
  });
}

const began = Date.now();
console.log(`The long proofs, seed ${values.seed}: ${values.minutes} min.`);
const done = await Promise.all(PARTS.map(run));
const failed = PARTS.filter((_part, index) => !done[index]);
console.log(
  `${((Date.now() - began) / 60_000).toFixed(1)} min; ${failed.length > 0 ? `✗ ${failed.join(', ')}` : '✓ no violation'}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
