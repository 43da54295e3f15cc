// Everything that can go wrong between the extension and Mozilla accounts, and how each fault looks to the caller.
import type { CallName, Fault } from '../../src/mock-accounts/faults/model.ts';
import type { FaultHarness } from './harness.ts';

/** The requests to Mozilla accounts: the two ways to check that it is up, then in the order of a sign-in. */
export type MatrixCall =
  | 'discovery'
  | 'reachability'
  | 'exchange'
  | 'jwks'
  | 'first profile'
  | 'refresh'
  | 'profile'
  | 'profile-write'
  | 'destroy';

/** The mock server's name for each request. */
export const WHERE: Readonly<Record<MatrixCall, CallName>> = {
  discovery: 'discovery',
  reachability: 'discovery',
  exchange: 'exchange',
  jwks: 'jwks',
  'first profile': 'profile',
  refresh: 'refresh',
  profile: 'profile',
  'profile-write': 'profile-write',
  destroy: 'destroy',
};

/** How a fault looks from here. */
export type Looks =
  | 'no answer'
  | 'too late'
  /** A foreign or truncated body under a good status. */
  | 'not JSON'
  | 'not JSON, refused'
  /** Only a tolerable delay or clock error. */
  | 'nothing'
  /** Times in id_tokens more than a day in our past. */
  | 'expired'
  | { readonly status: number; readonly errno?: number; readonly error?: string };

export interface MatrixFault {
  readonly name: string;
  readonly looks: Looks;
  /** The server does its work anyway, so what it issued is unknown here. */
  readonly losesAnswer?: true;
  /** Seconds the host asks to wait. */
  readonly leaveAlone?: number;
  /** Our clock is so far ahead that no id_token is accepted. */
  readonly future?: true;
  /** The server's clock is so far ahead that whatever can expire has expired. */
  readonly ages?: true;
  /** One of many answers that differ only in their error number. */
  readonly byNumber?: true;
  /** In JSON, which pages and proxies don't send. */
  readonly asksInBody?: true;
  readonly begin: (harness: FaultHarness, call: MatrixCall) => void;
}

const DAY = 86_400;
const YEARS = 10 * 365 * DAY;
const ASKED = 120;

function at(name: string, looks: Looks, what: Fault['what'], more: Partial<MatrixFault> = {}): MatrixFault {
  return {
    name,
    looks,
    ...more,
    begin: ({ mock }, call) => mock.faults.set([{ where: WHERE[call], what }]),
  };
}

/** Errors thrown by `fetch`, with the browser's own message; no code may depend on it. */
function noRoute(name: string, words: string): MatrixFault {
  const looks = 'no answer';
  const begin = (harness: FaultHarness, call: MatrixCall) => {
    harness.mock.faults.set([{ where: WHERE[call], what: { kind: 'drop' } }]);
    harness.host.fetch = (...request) =>
      harness.network(...request).catch((error: unknown) => {
        throw error instanceof TypeError ? new TypeError(words) : error;
      });
  };
  return { name, looks, begin };
}

const clock = (name: string, looks: Looks, person: number, server: number): MatrixFault => ({
  name,
  looks,
  begin({ host, mock }) {
    host.skew += person * 1000;
    if (server !== 0) mock.faults.change({ clockSkew: server });
  },
});

const status = (name: string, status: number, more: object = {}, leaveAlone?: number) =>
  at(name, { status }, { kind: 'status', status, ...more }, leaveAlone === undefined ? {} : { leaveAlone });

/** A retry scheduled by a wrong clock must not have to wait for it. */
const offlineInTheFuture: MatrixFault = {
  name: 'our clock ten years ahead, and offline',
  looks: 'no answer',
  future: true,
  begin({ host, mock }, call) {
    host.skew += YEARS * 1000;
    mock.faults.set([{ where: WHERE[call], what: { kind: 'drop' } }]);
  },
};

export const FAULTS: readonly MatrixFault[] = [
  offlineInTheFuture,
  noRoute('offline', 'Failed to fetch'),
  noRoute('no such host', 'net::ERR_NAME_NOT_RESOLVED'),
  noRoute('a certificate that is not trusted', 'NetworkError: SEC_ERROR_UNKNOWN_ISSUER'),
  at('an answer that is lost', 'no answer', { kind: 'drop-after' }, { losesAnswer: true }),
  at(
    'an answer cut by the connection',
    'no answer',
    { kind: 'truncated', cut: 'connection' },
    { losesAnswer: true },
  ),
  at('an answer without CORS', 'no answer', { kind: 'status', status: 500, cors: false }),
  at('a captive portal without CORS', 'no answer', { kind: 'html' }),
  at('silence', 'too late', { kind: 'silence' }),
  at(
    'an answer before its work, a minute late',
    'too late',
    { kind: 'slow', ms: 60_000 },
    { losesAnswer: true },
  ),
  at('an answer a minute late', 'too late', { kind: 'slow', ms: 60_000, at: 'after' }, { losesAnswer: true }),
  at('an answer that stalls', 'too late', { kind: 'slow', ms: 60_000, at: 'body' }, { losesAnswer: true }),
  at('an answer three seconds late', 'nothing', { kind: 'slow', ms: 3000, at: 'body' }),
  at('half a JSON text', 'not JSON', { kind: 'truncated', cut: 'json' }, { losesAnswer: true }),
  at('words under the type of JSON', 'not JSON', { kind: 'not-json' }),
  at('nothing under the type of JSON', 'not JSON', { kind: 'empty' }),
  at('a captive portal', 'not JSON', { kind: 'html', cors: true }),
  at('403, a page', 'not JSON, refused', { kind: 'html', status: 403, cors: true }),
  status('401', 401),
  status('404', 404),
  status('429', 429, {}, 60),
  status('429 with a header', 429, { retryAfter: ASKED, bodyRetryAfter: false }, ASKED),
  status('429 with seconds in the body', 429, { bodyRetryAfter: ASKED }, ASKED),
  status('429 with milliseconds in the body', 429, { bodyRetryAfter: ASKED * 1000 }, ASKED),
  status('500', 500),
  status('502', 502),
  status('503', 503),
  status('503 with a header', 503, { retryAfter: ASKED, bodyRetryAfter: false }, ASKED),
  { ...status('503 with seconds in the body', 503, { bodyRetryAfter: ASKED }, ASKED), asksInBody: true },
  clock('our clock a day ahead', 'nothing', DAY, 0),
  clock('our clock a day behind', 'nothing', -DAY, 0),
  clock('our clock ten years ahead', 'expired', YEARS, 0),
  clock('our clock ten years behind', 'nothing', -YEARS, 0),
  clock('its clock a day ahead', 'nothing', 0, DAY),
  clock('its clock a day behind', 'nothing', 0, -DAY),
  { ...clock('its clock ten years ahead', 'nothing', 0, YEARS), ages: true },
  clock('its clock ten years behind', 'expired', 0, -YEARS),
];

/** An error answer by its number. */
export const numbered = (status: number, errno: number): MatrixFault =>
  at(`${status}/${errno}`, { status, errno }, { kind: 'status', status, errno }, { byNumber: true });

/** An error answer by its code (RFC 6749, section 5.2). */
export const coded = (status: number, error: string): MatrixFault =>
  at(`${status}/${error}`, { status, error }, { kind: 'status', status, error }, { byNumber: true });
