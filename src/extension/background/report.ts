// Logs unexpected errors to the background's console.
import { isFxaError } from '../../fxa/errors.ts';

/** Logs only the code or name, because the message may contain a secret. */
export function report(error: unknown): void {
  console.error(
    'fxa:',
    isFxaError(error) ? error.code : error instanceof Error ? error.name : 'unknown error',
  );
}

/** Matches long tokens, codes and keys, queries, and email addresses. */
const SECRETS = /[\w-]{40,}|\b[0-9a-f]{32,}\b|[?#][^\s)]+|[\w.+-]+@[\w-]+\.[\w.-]+/gi;

/** For tester builds: logs message, stack and causes of an unexpected error, with possible secrets removed. */
export function reportInFull(error: unknown): void {
  if (isFxaError(error)) report(error);
  else console.error('fxa:', textOf(error).replace(SECRETS, '[withheld]'));
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${typeof error === 'string' ? error : typeof error}`;
  const { name, message, stack = '', cause } = error;
  // Firefox leaves the message out of the stack.
  const text = stack.includes(message) ? stack : `${name}: ${message}\n${stack}`;
  return cause === undefined ? text : `${text}\ncaused by ${textOf(cause)}`;
}
