// Maps the English error messages of launchWebAuthFlow to codes.
import { FxaError, type FxaErrorCode } from '../../../fxa/errors.ts';

/** The first match wins. From Chromium 156 and Firefox 153; the test has the messages. */
const TABLE: readonly (readonly [RegExp, FxaErrorCode, string])[] = [
  [/did not approve access|cancelled or denied access/i, 'cancelled', 'The sign-in window was closed.'],
  [/page could not be loaded/i, 'server_unavailable', 'The sign-in page could not be loaded.'],
  [/only one web auth flow/i, 'busy', 'Another sign-in window is still open.'],
  [
    /redirect_?ur[il] not allowed|redirect url is not valid/i,
    'misconfigured',
    'The browser refuses the redirect URI.',
  ],
  [/interaction required|requires user interaction/i, 'reauth_required', 'The sign-in requires interaction.'],
  [
    /couldn.t create a browser window|not (?:a function|supported|implemented)/i,
    'unsupported',
    'There is no sign-in window here.',
  ],
];

export function authWindowError(cause: unknown): FxaError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const [, code, message] = TABLE.find(([pattern]) => pattern.test(text)) ?? [
    undefined,
    'internal' as const,
    'The sign-in window failed.',
  ];
  return new FxaError(code, message, { cause });
}
