// Reports how many cases were checked: printed at once and, for `npm test`, written to a file for its summary.
import { appendFileSync } from 'node:fs';

/** `FAULT_COUNTS` names the file. */
export function note(what: string, count: number, more = ''): void {
  console.log(`${what}: ${count}${more && ` (${more})`}`);
  const file = process.env.FAULT_COUNTS;
  if (file) appendFileSync(file, `${JSON.stringify({ what, count })}\n`);
}
