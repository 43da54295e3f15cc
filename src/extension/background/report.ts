// What the background writes to the console about an error that nobody expected.
import { isFxaError } from '../../fxa/errors.ts';

/** By name only: the text of an error may hold what must not be logged. */
export function report(error: unknown): void {
  console.error(
    'fxa:',
    isFxaError(error) ? error.code : error instanceof Error ? error.name : 'unknown error',
  );
}

/** Tokens, codes and keys are long; queries and addresses are of a person. What is left tells where an error comes from. */
const SECRETS = /[\w-]{40,}|\b[0-9a-f]{32,}\b|[?#][^\s)]+|[\w.+-]+@[\w-]+\.[\w.-]+/gi;

/** For tester builds: message, stack and causes of an unexpected error, without what may be a secret. */
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
