// The expected outcome of each fault, derived from the meaning of FxA's error numbers and not from the code. Only two
// answers end a session: 400/108 to a refresh at `/v1/token`, and 401/110 to one at `/v1/oauth/token`. On the next server
// it is `invalid_grant` to a refresh, and its other rules are those named `NEXT` and `isNext`.
import type { FxaErrorCode } from '../../src/fxa/errors.ts';
import type { AnyEra } from '../../src/mock-accounts/era.ts';
import { coded, FAULTS, numbered, type MatrixCall, type MatrixFault } from './matrix-faults.ts';
import type { Family } from './harness.ts';

export interface Server {
  readonly era: AnyEra;
  readonly family: Family;
}

type Space = 'oauth' | 'auth' | 'profile' | 'next' | 'next profile';
type Numbers = Readonly<Partial<Record<FxaErrorCode, readonly string[]>>>;

/** FxA: by "<HTTP status>/<errno>"; next: by "<HTTP status>/<error>". Anything not listed is an unusable answer. */
const NUMBERS: Readonly<Record<Space, Numbers>> = {
  oauth: {
    misconfigured: ['400/101', '400/102', '400/103', '400/116', '400/118', '400/121', '404/999'],
    bad_response: [
      '400/105',
      '400/106',
      '400/107',
      '400/108',
      '400/117',
      '400/122',
      '400/104',
      '401/104',
      '401/110',
      '400/invalid_grant',
    ],
    scope_denied: ['400/114'],
    invalid_request: ['400/109', '415/113'],
    account_unverified: ['400/138'],
    server_unavailable: ['503/202', '503/201', '500/999'],
  },
  auth: {
    misconfigured: ['400/162', '400/171', '400/167', '400/166', '400/169', '404/999', '410/116'],
    bad_response: [
      '400/172',
      '400/173',
      '400/174',
      '400/175',
      '400/182',
      '401/110',
      '400/110',
      '401/108',
      '400/101',
      '400/invalid_grant',
    ],
    scope_denied: ['400/163'],
    invalid_request: ['400/106', '400/107', '400/108', '413/113', '415/113'],
    account_unverified: ['400/104', '400/138'],
    rate_limited: ['400/125'],
    server_unavailable: ['503/204', '503/201', '500/999'],
  },
  profile: {
    token_rejected: ['401/100', '401/110', '401/108', '403/100'],
    scope_denied: ['403/999'],
    invalid_request: ['400/101'],
    bad_response: ['400/108', '400/104'],
    rate_limited: ['400/125'],
    misconfigured: ['404/999'],
    server_unavailable: ['503/104'],
  },
  next: {
    misconfigured: [
      '400/invalid_client',
      '401/invalid_client',
      '400/unauthorized_client',
      '400/unsupported_grant_type',
      '404/invalid_request',
    ],
    bad_response: ['400/invalid_grant', '401/invalid_token', '401/invalid_grant', '400/108', '401/110'],
    scope_denied: ['400/invalid_scope', '403/insufficient_scope'],
    invalid_request: ['400/invalid_request'],
    server_unavailable: ['500/server_error', '503/temporarily_unavailable'],
  },
  'next profile': {
    token_rejected: ['401/invalid_token', '401/invalid_grant'],
    bad_response: ['400/invalid_grant'],
    scope_denied: ['403/insufficient_scope'],
    invalid_request: ['400/invalid_request'],
    misconfigured: ['404/invalid_request'],
    server_unavailable: ['500/server_error', '503/temporarily_unavailable'],
  },
};

const PROOFS: Readonly<Record<Space, string>> = {
  oauth: '400/108',
  auth: '401/110',
  profile: '',
  next: '400/invalid_grant',
  'next profile': '',
};

/** FxA: the answers for an unknown grant; it doesn't exist, so it needn't be destroyed. */
const NOT_THERE = ['400/108', '400/122'];

/** The error numbers, or codes, that come with a bare status. */
const NEXT_USUAL = { 401: 'invalid_token', 404: 'invalid_request' };
const USUAL: Readonly<Record<Space, Readonly<Record<number, number | string>>>> = {
  oauth: { 401: 104, 404: 999 },
  auth: { 401: 110, 404: 999 },
  profile: { 401: 100, 404: 999 },
  next: NEXT_USUAL,
  'next profile': NEXT_USUAL,
};

/** Grants are destroyed by id, which only the OAuth server's own endpoint accepts; its keys are served there too. */
function spaceOf(call: MatrixCall, { era, family }: Server): Space | 'pages' {
  if (call === 'discovery' || call === 'reachability') return 'pages';
  if (era === 'next') return call === 'first profile' || call === 'profile' ? 'next profile' : 'next';
  if (call === 'first profile' || call === 'profile' || call === 'profile-write') return 'profile';
  return family === 'auth' && (call === 'exchange' || call === 'refresh') ? 'auth' : 'oauth';
}

/** The faults a request can meet: the general ones, and its server's error numbers. */
export function faultsOf(call: MatrixCall, server: Server): readonly MatrixFault[] {
  const space = spaceOf(call, server);
  if (space === 'pages') return FAULTS.filter(({ asksInBody }) => !asksInBody);
  // The next server has no profile to write: nothing is asked, and one fault stands for all.
  if (isNext(server) && call === 'profile-write') return FAULTS.filter(({ name }) => name === '500');
  const numbers = Object.values(NUMBERS[space]).flat();
  return [
    // Without an accepted id_token the first profile is never fetched.
    ...FAULTS.filter(({ looks, future }) => call !== 'first profile' || (looks !== 'expired' && !future)),
    ...numbers.map((number) => {
      const [status = '', detail = ''] = number.split('/');
      const errno = Number(detail);
      const fault = errno > 0 ? numbered(Number(status), errno) : coded(Number(status), detail);
      return codeOf(fault, call, server) === 'rate_limited' ? { ...fault, leaveAlone: 60 } : fault;
    }),
  ];
}

export interface Expected {
  /** Undefined: everything works. */
  readonly code: FxaErrorCode | undefined;
  /** The session ends, because Mozilla accounts rejected the grant. */
  readonly proof: boolean;
  /** Mozilla accounts says that a grant doesn't exist, and is believed. */
  readonly believed: boolean;
  /** The session ends at the next refresh, and the person is told why: the next refresh token was in a lost answer. */
  readonly losesRotation: boolean;
  /** The request that the fault is for is never made. */
  readonly idle: boolean;
}

const isNext = ({ era }: Server) => era === 'next';

export function expected(fault: MatrixFault, call: MatrixCall, server: Server): Expected {
  const number = numberOf(fault, call, server);
  const space = spaceOf(call, server);
  const isNoted = isNext(server) && call === 'refresh';
  // There, refresh tokens expire, which a profile's refused access token brings to light, too.
  const isTooOld = isNext(server) && fault.ages === true && (call === 'refresh' || call === 'profile');
  const isRejected =
    call === 'refresh' && space !== 'pages' && number !== undefined && number === PROOFS[space];
  const proof = isRejected || isTooOld;
  const notThere = call === 'destroy' && (isNext(server) ? isTaken(fault) : NOT_THERE.includes(number ?? ''));
  const idle = isNext(server) && call === 'profile-write';
  // A profile is read again later: only the session tells what became of it.
  const isSilent = notThere || (proof && call === 'profile');
  const usual = idle ? 'unsupported' : codeOf(fault, call, server);
  const code = isSilent ? undefined : proof ? 'reauth_required' : usual;
  const losesRotation = isNoted && fault.losesAnswer === true;
  return { code, proof, believed: proof || notThere, losesRotation, idle };
}

/** RFC 7009, section 2.2: the status alone says that a revocation was taken; only a page is not an answer. */
const isTaken = ({ looks, name }: MatrixFault) => looks === 'not JSON' && name !== 'a captive portal';

function numberOf({ looks }: MatrixFault, call: MatrixCall, server: Server): string | undefined {
  const space = spaceOf(call, server);
  if (typeof looks === 'string' || space === 'pages') return undefined;
  const detail = looks.error ?? looks.errno ?? USUAL[space][looks.status];
  return detail === undefined ? undefined : `${looks.status}/${detail}`;
}

function codeOf(fault: MatrixFault, call: MatrixCall, server: Server): FxaErrorCode | undefined {
  const { looks } = fault;
  switch (looks) {
    case 'nothing':
      return undefined;
    case 'no answer':
      return 'offline';
    case 'too late':
      return 'server_unavailable';
    case 'not JSON':
      return 'bad_response';
    case 'not JSON, refused':
      return call === 'reachability' ? undefined : 'bad_response';
    case 'expired':
      // Only an id_token has a time that is compared with ours.
      return ['exchange', 'jwks', 'discovery', 'reachability'].includes(call) ? 'bad_response' : undefined;
    default:
      return codeOfStatus(looks, fault, call, server);
  }
}

function codeOfStatus(
  { status }: { status: number },
  fault: MatrixFault,
  call: MatrixCall,
  server: Server,
): FxaErrorCode | undefined {
  const space = spaceOf(call, server);
  const number = numberOf(fault, call, server);
  const meant = (Object.entries(space === 'pages' ? {} : NUMBERS[space]) as [FxaErrorCode, string[]][]).find(
    ([, numbers]) => number !== undefined && numbers.includes(number),
  );
  if (meant) return meant[0];
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'server_unavailable';
  // The user is there and sees whether the sign-in page appears.
  return call === 'reachability' ? undefined : 'bad_response';
}
