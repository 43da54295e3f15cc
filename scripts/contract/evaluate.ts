// Evaluates an answer by what is expected of it, and says in plain words what came and what to do. Pure; of an answer
// only numbers, OAuth's error codes and header names are ever shown.
import type { Answer, Ask } from './answer.ts';

/** One thing that must hold of an answer. */
export interface Expectation {
  readonly description: string;
  readonly holds: (answer: Received) => boolean;
  /** What came instead, where the status and the error do not tell. */
  readonly came?: (answer: Received) => string;
}

export type Received = Exclude<Answer, { failed: string }>;

export interface Check {
  readonly group: string;
  readonly name: string;
  readonly request: Ask;
  readonly expect: readonly Expectation[];
  /** The recording, the source or the standard that says so. */
  readonly knownFrom: string;
  /** What to do when it does not hold. */
  readonly advice: string;
}

export type Outcome = 'passed' | 'failed' | 'skipped';

/** A line of the table. */
export interface Line {
  readonly group: string;
  readonly name: string;
  readonly outcome: Outcome;
  readonly expected: string;
  readonly came: string;
  /** Of a line that failed. */
  readonly advice?: string;
  readonly knownFrom?: string;
}

/** Evaluates the answer to a check's request. */
export function evaluate({ group, name, expect, knownFrom, advice }: Check, answer: Answer): Line {
  const expected = expect.map(({ description }) => description).join(', ');
  const line = { group, name, expected };
  if ('failed' in answer)
    return {
      ...line,
      outcome: 'failed',
      came: answer.failed,
      advice: generalAdvice(answer) ?? advice,
      knownFrom,
    };
  const missed = expect.filter(({ holds }) => !holds(answer));
  const details = missed.flatMap(({ came }) => (came ? [came(answer)] : []));
  const came = [describe(answer), ...details].join(', ');
  if (missed.length === 0) return { ...line, outcome: 'passed', came };
  return { ...line, outcome: 'failed', came, advice: generalAdvice(answer) ?? advice, knownFrom };
}

export const skipped = (group: string, name: string, why: string): Line => ({
  group,
  name,
  outcome: 'skipped',
  expected: '',
  came: why,
});

/** A status, and FxA's errno or OAuth's error code; never the text of an answer. */
export function describe({ status, body }: Received): string {
  const { errno, error } = body ?? {};
  if (typeof errno === 'number') return `${status}, errno ${errno}`;
  if (typeof error === 'string' && /^[a-z_]{1,60}$/.test(error)) return `${status} ${error}`;
  return String(status);
}

const HOUR = 3600;

/** The advice on answers that say nothing about the contract itself. */
function generalAdvice(answer: Answer): string | undefined {
  if ('failed' in answer)
    return 'Check the address, the network and the VPN. If others reach the server, a proxy may be in between.';
  const { status, headers, body } = answer;
  if (status === 429) {
    const seconds = Math.min(Number(headers.get('retry-after')) || 60, HOUR);
    return `The server asks for a pause. Run this again in ${seconds} seconds.`;
  }
  if (status >= 500) return 'The deployment is failing. Run this again; if it stays, tell its operators.';
  const isPage = headers.get('content-type')?.startsWith('text/html') === true;
  if (isPage && body === undefined)
    return 'A web page came instead of the API: a captive portal, a proxy, or a wrong address.';
  return undefined;
}

export const status = (...codes: readonly number[]): Expectation => ({
  description: codes.join(' or '),
  holds: (answer) => codes.includes(answer.status),
});

export const errno = (expected: number): Expectation => ({
  description: `errno ${expected}`,
  holds: ({ body }) => body?.errno === expected,
});

/** RFC 6749, section 5.2. */
export const oauthError = (...codes: readonly string[]): Expectation => ({
  description: codes.join(' or '),
  holds: ({ body }) => codes.includes(String(body?.error)),
});

/** A member of the JSON object. */
export const member = (
  description: string,
  holds: (body: NonNullable<Received['body']>) => boolean,
): Expectation => ({
  description,
  holds: ({ body }) => body !== undefined && holds(body),
  came: ({ body }) => (body === undefined ? 'no JSON object' : `not: ${description}`),
});

const page: Expectation['holds'] = ({ headers }) =>
  headers.get('content-type')?.startsWith('text/html') === true;

export const webPage: Expectation = {
  description: 'a web page',
  holds: page,
  came: ({ headers }) => (headers.has('content-type') ? 'no web page' : 'no content'),
};

/** Fetch, section 3.2.3: what a script of that origin may read. */
export const readableFrom = (origin: string): Expectation => ({
  description: 'readable',
  holds: ({ headers }) => allows(headers, origin),
  came: ({ headers }) =>
    headers.has('access-control-allow-origin') ? 'CORS for another origin' : 'no CORS headers',
});

/** Fetch, section 4.8: that the request itself may follow. */
export const preflightAllows = (origin: string, header: string): Expectation => ({
  description: `allows ${header}`,
  holds: ({ headers }) => allows(headers, origin) && allowsHeader(headers, header),
  came: ({ headers }) => {
    if (!headers.has('access-control-allow-origin')) return 'no CORS headers';
    return allows(headers, origin) ? `without ${header}` : 'CORS for another origin';
  },
});

function allows(headers: Headers, origin: string): boolean {
  return ['*', origin].includes(headers.get('access-control-allow-origin') ?? '');
}

function allowsHeader(headers: Headers, name: string): boolean {
  const allowed = (headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/\s*,\s*/);
  // The star does not stand for `authorization`.
  return allowed.includes(name) || (allowed.includes('*') && name !== 'authorization');
}

/** Seconds that the clocks may differ: as much as the extension forgives in an id_token. */
const CLOCK_TOLERANCE = 300;

export const sameClock: Expectation = {
  description: `clocks within ${CLOCK_TOLERANCE} s`,
  holds: (answer) => Math.abs(clockDifference(answer) ?? 0) <= CLOCK_TOLERANCE,
  came: (answer) => `${clockDifference(answer) ?? 0} s apart`,
};

/** Whole seconds that the server is ahead; undefined if it does not say. */
function clockDifference({ headers, at }: Received): number | undefined {
  const serverTime = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(serverTime) ? undefined : Math.round((serverTime - at) / 1000);
}
