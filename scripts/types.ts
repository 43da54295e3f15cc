// `npm run types`: every room under the tsconfig of its own runtime, so that `window` and `process` exist only where they may.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

const ROOMS = [
  'test',
  '.',
  'src/standin',
  'src/companion',
  'src/fxa',
  'src/session',
  'src/extension',
  'src/extension/popup',
  'src/extension/options',
  'src/extension/welcome',
  'src/extension/picture',
  'src/extension/doctor',
];

/** Prints what the compiler says of a room, and tells whether it was content. */
function check(room: string): Promise<boolean> {
  return new Promise((resolve) => {
    const shell = process.platform === 'win32';
    const compiler = spawn('tsc', ['-p', room, '--pretty'], {
      stdio: ['ignore', 'inherit', 'inherit'],
      shell,
    });
    compiler.on('error', () => resolve(false));
    compiler.on('exit', (code) => {
      if (code !== 0) console.error(`types: ${room} has errors`);
      resolve(code === 0);
    });
  });
}

async function checkInTurn(rooms: string[]): Promise<boolean> {
  let content = true;
  for (let room = rooms.shift(); room !== undefined; room = rooms.shift()) {
    if (!(await check(room))) content = false;
  }
  return content;
}

const rooms = [...ROOMS];
const workers = Array.from({ length: availableParallelism() }, () => checkInTurn(rooms));
process.exitCode = (await Promise.all(workers)).every(Boolean) ? 0 : 1;
