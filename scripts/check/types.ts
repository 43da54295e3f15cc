// `npm run types`: every room under the tsconfig of its own runtime, so that `window` and `process` exist only where
// they may. One compiler for all of them reads once what they share, and remembers what it found (`.tsbuildinfo`).
import { spawn } from 'node:child_process';

const ROOMS = [
  'test',
  '.',
  'src/mock-accounts',
  'src/companion',
  'src/fxa',
  'src/session',
  'src/extension',
  'src/extension/pages',
];

const compiler = spawn('tsc', ['-b', ...ROOMS, '--pretty'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
compiler.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
compiler.on('exit', (code) => {
  process.exitCode = code === 0 ? 0 : 1;
});
