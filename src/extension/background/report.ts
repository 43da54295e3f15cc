// What the background writes to the console about an error that nobody expected.
import { isFxaError } from '../../fxa/errors.ts';

/** By name only: the text of an error may hold what must not be logged. */
export function report(error: unknown): void {
  console.error(
    'fxa:',
    isFxaError(error) ? error.code : error instanceof Error ? error.name : 'unknown error',
  );
}
