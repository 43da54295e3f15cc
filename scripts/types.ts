// `npm run types`: every room under the tsconfig of its own runtime, so that `window` and `process` exist only where they may.
import { spawnSync } from 'node:child_process';

const ROOMS = ['.', 'src/fxa', 'src/session', 'src/extension', 'src/extension/popup', 'src/standin', 'test'];

let failed = 0;
for (const room of ROOMS) {
  const { status } = spawnSync('tsc', ['-p', room], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    failed++;
    console.error(`types: ${room} has errors`);
  }
}
process.exitCode = failed;
