// Validates the callback URL before anything in it is used. Added to oauth4webapi's checks: the exact redirect URI, FxA's
// `client_id`, and what FxA's errors mean.
import { AuthorizationResponseError, validateAuthResponse } from 'oauth4webapi';
import { FxaError } from './errors.ts';
import type { FxaErrorCode, Reason } from './errors.ts';
import { withoutSlash } from './secure-url.ts';

export interface ExpectedCallback {
  redirectUri: string;
  state: string;
  issuer: string;
  clientId: string;
  /** As the deployment's endpoints say. */
  dialect?: 'oauth2' | undefined;
  issInCallback?: true | undefined;
}

const FXA_CODE = /^[0-9a-f]{64}$/;
/** RFC 6749, appendix A.11: printable ASCII. */
const ANY_CODE = /^[\x20-\x7e]{1,4096}$/;

const READ = ['state', 'iss', 'client_id', 'error', 'code'] as const;

/**
 * Validates the URL that the sign-in window ended on (RFC 6749, section 4.1.2; `iss` by RFC 9207) and returns its
 * authorization code. Parameters of other flows are refused, unknown ones ignored: FxA appends `action`, and failures
 * of `prompt=none` return the metrics parameters.
 *
 * @throws FxaError
 * - `bad_response` with reason `callback_redirect` (another origin or path, or a fragment), `callback_duplicate`,
 *   `callback_issuer`, `callback_client`, `callback_code` or `callback_error`
 * - `state_mismatch`, also for an error with a wrong state, which belongs to another attempt
 * - for failures of `prompt=none`: `reauth_required`, `account_unverified`, `misconfigured`, `invalid_request`,
 *   `scope_denied`, `server_unavailable`, `cancelled`
 * @example
 * const { code } = validateCallback(url, { redirectUri, state, issuer: endpoints.issuer, clientId });
 */
export function validateCallback(url: string, expected: ExpectedCallback): { code: string } {
  const parameters = parametersOf(url, expected.redirectUri);
  if (READ.some((name) => parameters.getAll(name).length > 1)) {
    throw refusal('The callback repeats a parameter', 'callback_duplicate');
  }
  const { clientId, issuer, state, dialect, issInCallback = false } = expected;
  const iss = parameters.get('iss');
  // It may differ from the issuer by a trailing slash.
  if (iss !== null) parameters.set('iss', withoutSlash(iss));
  const server = {
    issuer: withoutSlash(issuer),
    // Also where it is not promised, so that an empty one is refused.
    authorization_response_iss_parameter_supported: issInCallback || iss !== null,
  };
  let failure: unknown;
  try {
    validateAuthResponse(server, { client_id: clientId }, parameters, state);
  } catch (error) {
    failure = error;
  }
  // Whatever else is wrong: with another state it belongs to another attempt.
  if (state === '' || parameters.get('state') !== state) {
    throw new FxaError('state_mismatch', 'The callback does not belong to this attempt');
  }
  const client = parameters.get('client_id');
  if (client !== null && client !== clientId) {
    throw refusal('The callback names another client', 'callback_client');
  }
  if (failure !== undefined && !(failure instanceof AuthorizationResponseError)) {
    throw refusal('The callback is of another issuer or flow', 'callback_issuer');
  }
  const error = parameters.get('error');
  if (error !== null) throw promptNoneFailure(error);
  const code = parameters.get('code') ?? '';
  if (!(dialect === 'oauth2' ? ANY_CODE : FXA_CODE).test(code))
    throw refusal('The callback has no authorization code', 'callback_code');
  return { code };
}

function parametersOf(url: string, redirectUri: string): URLSearchParams {
  const registered = new URL(redirectUri);
  const actual = URL.canParse(url) ? new URL(url) : undefined;
  // Not `origin`, which is "null" for every scheme unknown to the URL parser.
  const same =
    actual?.protocol === registered.protocol &&
    actual.host === registered.host &&
    actual.pathname === registered.pathname &&
    actual.username === '' &&
    actual.password === '' &&
    !url.includes('#');
  if (!same) throw refusal('The callback came to another address', 'callback_redirect');
  return actual.searchParams;
}

type Failure = readonly [code: FxaErrorCode, description: string];

const NEEDS_PERSON: Failure = ['reauth_required', 'Mozilla accounts requires interaction'];
const REFUSED: Failure = ['invalid_request', 'The silent authorization request was refused'];
const UNVERIFIED: Failure = ['account_unverified', 'The account or session is not confirmed'];
const NOT_ALLOWED: Failure = ['misconfigured', 'This client may not use prompt=none this way'];

// FxA: `error` is a string, or the bare errno of the page or of the auth server. Numbers are more precise: 1012 means
// an unconfirmed account or session, where the string says only that interaction is required.
const FAILURES = new Map<string, Failure>([
  ['login_required', NEEDS_PERSON],
  ['interaction_required', NEEDS_PERSON],
  ['consent_required', NEEDS_PERSON],
  ['account_selection_required', NEEDS_PERSON],
  ['unmet_authentication_requirements', NEEDS_PERSON],
  ['1010', NEEDS_PERSON],
  ['1011', NEEDS_PERSON],
  ['1100', NEEDS_PERSON],
  ['1101', NEEDS_PERSON],
  ['110', NEEDS_PERSON],
  ['1012', UNVERIFIED],
  ['104', UNVERIFIED],
  ['138', UNVERIFIED],
  ['invalid_request', REFUSED],
  ['1005', REFUSED],
  ['1009', REFUSED],
  ['1013', REFUSED],
  ['unauthorized_client', NOT_ALLOWED],
  ['1007', NOT_ALLOWED],
  ['1008', NOT_ALLOWED],
  ['invalid_scope', ['scope_denied', 'The client may not have these scopes']],
  ['163', ['scope_denied', 'The client may not have these scopes']],
  ['access_denied', ['cancelled', 'The user declined']],
  ['server_error', ['server_unavailable', 'Mozilla accounts failed']],
  ['temporarily_unavailable', ['server_unavailable', 'Mozilla accounts failed']],
]);

function promptNoneFailure(error: string): FxaError {
  const [code, description] = FAILURES.get(error) ?? [
    'bad_response',
    'The callback reports an unknown error',
  ];
  const errno = /^\d{1,5}$/.test(error) ? Number(error) : undefined;
  return new FxaError(code, description, { reason: 'callback_error', errno });
}

function refusal(message: string, reason: Reason): FxaError {
  return new FxaError('bad_response', message, { reason });
}
