// A process that opens the embedded database in a folder, reports it, and holds it until it ends.
import { openDatabase } from '../../../src/companion/db/open.ts';

try {
  await openDatabase({ dir: process.argv[2] });
  process.stdout.write('open\n');
  setInterval(() => undefined, 60_000);
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
  process.exit(1);
}
