// The expected outcome of each fault, derived from the meaning of FxA's error numbers and not from the code. Only two
// answers end a session: 400/108 to a refresh at `/v1/token`, and 401/110 to one at `/v1/oauth/token`.
import type { FxaErrorCode } from '../../src/fxa/errors.ts';
import { FAULTS, numbered, type MatrixCall, type MatrixFault } from './matrix-faults.ts';
import type { Family } from './harness.ts';

type Space = 'oauth' | 'auth' | 'profile';
type Numbers = Readonly<Partial<Record<FxaErrorCode, readonly string[]>>>;

/** FxA: by "<HTTP status>/<errno>". Anything not listed is an unusable answer. */
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
};

const PROOFS: Readonly<Record<Space, string>> = { oauth: '400/108', auth: '401/110', profile: '' };

/** FxA: the answers for an unknown grant; it doesn't exist, so it needn't be destroyed. */
const NOT_THERE = ['400/108', '400/122'];

/** FxA: the error numbers that come with a bare status. */
const USUAL: Readonly<Record<Space, Readonly<Record<number, number>>>> = {
  oauth: { 401: 104, 404: 999 },
  auth: { 401: 110, 404: 999 },
  profile: { 401: 100, 404: 999 },
};

/** Grants are destroyed by id, which only the OAuth server's own endpoint accepts; its keys are served there too. */
function spaceOf(call: MatrixCall, family: Family): Space | 'pages' {
  if (call === 'discovery' || call === 'reachability') return 'pages';
  if (call === 'first profile' || call === 'profile' || call === 'profile-write') return 'profile';
  return family === 'auth' && (call === 'exchange' || call === 'refresh') ? 'auth' : 'oauth';
}

/** The faults a request can meet: the general ones, and its server's error numbers. */
export function faultsOf(call: MatrixCall, family: Family): readonly MatrixFault[] {
  const space = spaceOf(call, family);
  if (space === 'pages') return FAULTS.filter(({ asksInBody }) => !asksInBody);
  const numbers = Object.values(NUMBERS[space]).flat();
  return [
    // Without an accepted id_token the first profile is never fetched.
    ...FAULTS.filter(({ looks, future }) => call !== 'first profile' || (looks !== 'expired' && !future)),
    ...numbers.map((number) => {
      const [status = 0, errno = 0] = number.split('/').map(Number);
      const fault = numbered(status, errno);
      return codeOf(fault, call, family) === 'rate_limited' ? { ...fault, leaveAlone: 60 } : fault;
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
}

export function expected(fault: MatrixFault, call: MatrixCall, family: Family): Expected {
  const number = numberOf(fault, call, family);
  const space = spaceOf(call, family);
  const proof = call === 'refresh' && space !== 'pages' && number !== undefined && number === PROOFS[space];
  const notThere = call === 'destroy' && number !== undefined && NOT_THERE.includes(number);
  const code = proof ? 'reauth_required' : notThere ? undefined : codeOf(fault, call, family);
  return { code, proof, believed: proof || notThere };
}

function numberOf({ looks }: MatrixFault, call: MatrixCall, family: Family): string | undefined {
  const space = spaceOf(call, family);
  if (typeof looks === 'string' || space === 'pages') return undefined;
  const errno = looks.errno ?? USUAL[space][looks.status];
  return errno === undefined ? undefined : `${looks.status}/${errno}`;
}

function codeOf(fault: MatrixFault, call: MatrixCall, family: Family): FxaErrorCode | undefined {
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
      return codeOfStatus(looks, fault, call, family);
  }
}

function codeOfStatus(
  { status }: { status: number },
  fault: MatrixFault,
  call: MatrixCall,
  family: Family,
): FxaErrorCode | undefined {
  const space = spaceOf(call, family);
  const number = numberOf(fault, call, family);
  const meant = (Object.entries(space === 'pages' ? {} : NUMBERS[space]) as [FxaErrorCode, string[]][]).find(
    ([, numbers]) => number !== undefined && numbers.includes(number),
  );
  if (meant) return meant[0];
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'server_unavailable';
  // The user is there and sees whether the sign-in page appears.
  return call === 'reachability' ? undefined : 'bad_response';
}
