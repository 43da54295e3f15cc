// A process that locks a folder, prints "locked" or the reason why not, and holds it until it ends. A line on stdin
// asks whether it still holds the lock.
import { createInterface } from 'node:readline';
import { lockDirectory } from '../../../src/companion/db/directory-lock.ts';

try {
  const { check } = await lockDirectory(process.argv[2] ?? '');
  console.log('locked');
  setInterval(() => undefined, 60_000);
  createInterface({ input: process.stdin }).on('line', () => {
    try {
      check();
      console.log('held');
    } catch (error) {
      console.log((error as Error).message);
    }
  });
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  console.log(`${code}: ${message}`);
  process.exit(1);
}
