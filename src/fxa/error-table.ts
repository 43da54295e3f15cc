// Maps the error responses of Mozilla accounts to error codes. FxA: an errno means different things on `/v1/oauth/*`
// and elsewhere, and under different HTTP statuses, so rows match all three. Servers of the standards are a family of
// their own, with `error` (RFC 6749, section 5.2) in place of the errno.
import { retryAfterSeconds } from './back-off.ts';
import { FxaError } from './errors.ts';
import type { FxaErrorCode, Reason } from './errors.ts';

/** The kind of request. An errno that proves a dead grant for `refresh` proves nothing for `exchange`. */
export type Call =
  | 'exchange'
  | 'refresh'
  | 'destroy'
  | 'profile'
  | 'profile-write'
  | 'introspect'
  | 'keys'
  | 'discovery'
  | 'companion';

type ErrorRow = readonly [
  code: FxaErrorCode,
  description: string,
  answers: readonly string[],
  reason?: Reason,
];

// Responses are written "<family> <HTTP status>/<errno or error>", preceded by the call where that matters.
const ERROR_TABLE: readonly ErrorRow[] = [
  // The only responses that prove a grant is gone.
  [
    'reauth_required',
    'The grant is gone',
    ['refresh oauth 400/108', 'refresh auth 401/110', 'refresh oauth2 400/invalid_grant'],
  ],
  [
    'bad_response',
    'No such token',
    [
      'destroy oauth 400/108',
      'destroy oauth 400/122',
      'destroy auth 401/110',
      'destroy auth 400/182',
      'introspect oauth 400/108',
      'introspect oauth 400/115',
      // FxA: servers of 2019 refuse to describe a confidential client's refresh tokens.
      'introspect oauth 400/116',
    ],
    'token_unknown',
  ],
  [
    'misconfigured',
    'Unknown client id',
    ['oauth 400/101', 'auth 400/162', 'oauth2 400/invalid_client', 'oauth2 401/invalid_client'],
  ],
  [
    'misconfigured',
    'A client secret is expected: this is not a public client',
    ['oauth 400/102', 'auth 400/171'],
  ],
  ['misconfigured', 'The redirect URI is not the registered one', ['oauth 400/103', 'auth 400/167']],
  ['misconfigured', 'The client is not registered as a public client', ['oauth 400/116', 'auth 400/166']],
  ['misconfigured', 'The client must use PKCE', ['oauth 400/118', 'auth 400/169']],
  [
    'misconfigured',
    'The client may not use this grant type',
    ['oauth 400/121', 'oauth2 400/unauthorized_client', 'oauth2 400/unsupported_grant_type'],
  ],
  [
    'misconfigured',
    'There is nothing at this address',
    ['oauth 404/999', 'auth 404/999', 'profile 404/999', 'oauth2 404', 'auth 410/116'],
  ],
  // `bad_response`, because its advice (sign in again) is what helps.
  [
    'bad_response',
    'The authorization code was refused',
    [
      'oauth 400/105',
      'oauth 400/106',
      'oauth 400/107',
      'oauth 400/117',
      'auth 400/172',
      'auth 400/173',
      'auth 400/174',
      'auth 400/175',
      'exchange oauth2 400/invalid_grant',
    ],
    'code_refused',
  ],
  [
    'scope_denied',
    'The client may not have these scopes',
    ['oauth 400/114', 'auth 400/163', 'oauth2 400/invalid_scope'],
  ],
  ['scope_denied', 'The scopes of the token allow no change', ['profile-write profile 403/999']],
  [
    'scope_denied',
    'The scopes of the token reveal nothing',
    ['profile 403/999', 'oauth2 403/insufficient_scope'],
  ],
  [
    'invalid_request',
    'A parameter was refused',
    [
      'oauth 400/109',
      'oauth 415/113',
      'auth 400/106',
      'auth 400/107',
      'auth 400/108',
      'auth 413/113',
      'auth 415/113',
      'oauth2 400/invalid_request',
      'profile 400/101',
      'profile 413',
      'profile 415',
    ],
  ],
  // FxA: answers 500 for an image it cannot decode; retrying does not help.
  ['invalid_request', 'The picture cannot be read', ['profile-write profile 500/103']],
  [
    'account_unverified',
    'The account or session is not confirmed',
    ['auth 400/104', 'auth 400/138', 'oauth 400/138'],
  ],
  ['rate_limited', 'The request was blocked', ['auth 400/125', 'profile 400/125']],
  // FxA: a client is switched off temporarily, with 503 and Retry-After, so the session is kept.
  ['server_unavailable', 'The client is switched off', ['oauth 503/202', 'auth 503/204'], 'client_disabled'],
  // FxA: the profile server answers 401 for any rejected token (older documentation: 403 with errno 100).
  [
    'token_rejected',
    'The access token was refused',
    ['profile 401', 'profile 403/100', 'profile oauth2 401', 'profile-write oauth2 401'],
  ],
];

/** What identifies an error response. `body` is undefined when it was not a JSON object. */
export interface ErrorAnswer {
  status: number;
  headers: Headers;
  body: Readonly<Record<string, unknown>> | undefined;
}

/** What an error response answers: `url` and `dialect` tell the family. */
export interface AnsweredRequest {
  readonly call: Call;
  readonly url: string;
  readonly dialect?: 'oauth2' | undefined;
}

/** The coded error for a response that is not 2xx. `now` in milliseconds. Pure. */
export function errorFromAnswer(request: AnsweredRequest, answer: ErrorAnswer, now: number): FxaError {
  const { status, headers, body } = answer;
  const errno = typeof body?.errno === 'number' ? body.errno : undefined;
  const [code, description, , reason] = classify(request, answer, errno);
  const numbers = `HTTP ${status}${errno === undefined ? '' : `, errno ${errno}`}`;
  const waits = status === 429 || status >= 500 || code === 'rate_limited';
  return new FxaError(code, `${description} (${request.call}: ${numbers})`, {
    reason,
    status,
    errno,
    parameter: code === 'invalid_request' ? refusedParameter(body?.validation) : undefined,
    retryAfter: waits ? retryAfterSeconds(status, headers, body, now) : undefined,
  });
}

function classify(
  { call, url, dialect }: AnsweredRequest,
  { status, body }: ErrorAnswer,
  errno: number | undefined,
): ErrorRow {
  const fxaFamily = call.startsWith('profile') ? 'profile' : isAuthFamily(url) ? 'auth' : 'oauth';
  const family = dialect ?? fxaFamily;
  const detail = dialect === undefined ? errno : typeof body?.error === 'string' ? body.error : undefined;
  const answer = `${family} ${status}/${detail ?? 'none'}`;
  for (const one of [`${call} ${answer}`, answer, `${call} ${family} ${status}`, `${family} ${status}`]) {
    const row = ERROR_TABLE.find(([, , answers]) => answers.includes(one));
    if (row) return row;
  }
  if (status === 429) return ['rate_limited', 'Too many requests', []];
  if (status >= 500) return ['server_unavailable', 'Mozilla accounts failed', []];
  if (body === undefined) return ['bad_response', 'The answer is not JSON', [], 'not_json'];
  return ['bad_response', 'The request was refused', [], 'refused'];
}

/** FxA: `/v1/oauth/*` uses the auth server's error numbers; every other path uses the OAuth server's. */
export function isAuthFamily(url: string): boolean {
  return new URL(url).pathname.includes('/v1/oauth/');
}

// FxA: `validation` is `{source, keys}`, or the bare name of a parameter.
function refusedParameter(validation: unknown): string | undefined {
  const keys: unknown = (validation as { keys?: unknown } | undefined)?.keys;
  const name: unknown = Array.isArray(keys) ? keys[0] : validation;
  return typeof name === 'string' && /^\w{1,64}$/.test(name) ? name : undefined;
}
