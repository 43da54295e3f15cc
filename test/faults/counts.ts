// How many of what were checked: said at once, and where `npm test` asks for it, written down for its summary.
import { appendFileSync } from 'node:fs';

/** `FAULT_COUNTS` names the file. */
export function note(what: string, count: number, more = ''): void {
  console.log(`${what}: ${count}${more && ` (${more})`}`);
  const file = process.env.FAULT_COUNTS;
  if (file) appendFileSync(file, `${JSON.stringify({ what, count })}\n`);
}
