// A process of its own that opens the embedded database in a folder, says so, and holds it until it is ended.
import { openDatabase } from '../../../src/companion/db/open.ts';

try {
  await openDatabase({ dir: process.argv[2] });
  process.stdout.write('open\n');
  setInterval(() => undefined, 60_000);
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
  process.exit(1);
}
