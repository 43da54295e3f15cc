/** The auth server's error bodies, and its mapping from the OAuth server's errnos. */
import type { EraRules } from '../era.ts';
import type { Problem, Rendered } from '../problems.ts';

type Extra = Readonly<Record<string, unknown>>;
type Wording = readonly [status: number, error: string, message: string];

const bad = (message: string): Wording => [400, 'Bad Request', message];

const WORDINGS: Readonly<Record<number, Wording>> = {
  101: bad('Account already exists'),
  102: bad('Unknown account'),
  103: bad('Incorrect password'),
  104: bad('Unverified account'),
  105: bad('Invalid verification code'),
  106: bad('Invalid JSON in request body'),
  107: bad('Invalid parameter in request body'),
  108: bad('Missing parameter in request body'),
  110: [401, 'Unauthorized', 'Invalid authentication token in request signature'],
  113: [413, 'Request Entity Too Large', 'Request body too large'],
  138: bad('Unverified session'),
  162: bad('Unknown client_id'),
  163: bad('Requested scopes are not allowed'),
  166: bad('Not a public client'),
  167: bad('Incorrect redirect URI'),
  168: bad('Invalid response_type'),
  169: bad('Public clients require PKCE OAuth parameters'),
  170: bad('Required Authentication Context Reference values could not be satisfied'),
  171: bad('Incorrect client_secret'),
  172: bad('Unknown authorization code'),
  173: bad('Mismatched authorization code'),
  174: bad('Expired authorization code'),
  175: bad('Public clients require PKCE OAuth parameters'),
  204: [503, 'Client Disabled', 'This client has been temporarily disabled'],
};

/** OAuth errno → auth errno, with the members that are copied. */
const TRANSLATION: Readonly<Record<number, readonly [errno: number, ...kept: string[]]>> = {
  101: [162, 'clientId'],
  102: [171, 'clientId'],
  103: [167, 'redirectUri'],
  104: [110],
  105: [172],
  106: [173, 'clientId'],
  107: [174, 'expiredAt'],
  108: [110],
  109: [107, 'validation'],
  110: [168],
  114: [163, 'invalidScopes'],
  116: [166],
  117: [175],
  118: [169],
  120: [170, 'foundValue'],
  121: [107],
  202: [204, 'clientId', 'retryAfter'],
};

function body(
  rules: EraRules,
  errno: number,
  [status, error, message]: Wording,
  extra: Extra = {},
): Rendered {
  return {
    status,
    body: { code: status, errno, error, message, info: rules.authErrorInfo, ...extra },
    headers: status === 503 ? { 'retry-after': '30' } : {},
  };
}

const UNSPECIFIED: Wording = [500, 'Internal Server Error', 'Unspecified error'];

function known(rules: EraRules, errno: number, extra: Extra = {}): Rendered {
  return body(rules, errno, WORDINGS[errno] ?? UNSPECIFIED, extra);
}

function translated(rules: EraRules, errno: number, extra: Extra): Rendered {
  const translation = TRANSLATION[errno];
  if (translation === undefined) return body(rules, 999, UNSPECIFIED);
  const [own, ...kept] = translation;
  return known(
    rules,
    own,
    Object.fromEntries(kept.filter((key) => key in extra).map((key) => [key, extra[key]])),
  );
}

/** Renders a problem as the auth server does on its own paths, `/v1/oauth/…` included. */
export function renderAuthProblem(rules: EraRules, problem: Problem): Rendered {
  switch (problem.kind) {
    case 'auth':
      return known(rules, problem.errno, problem.extra);
    case 'oauth':
      return translated(rules, problem.errno, problem.extra);
    case 'validation': {
      if (!problem.missing) {
        return known(rules, 107, { validation: { source: problem.source, keys: problem.keys } });
      }
      const [param] = problem.keys;
      const named = param === undefined || param === '' ? '' : `: ${param}`;
      return body(rules, 108, bad(`Missing parameter in request body${named}`), { param });
    }
    case 'http':
      if (problem.status === 413) return known(rules, 113);
      if (rules.era === 'today' && problem.message.includes('JSON format')) return known(rules, 106);
      return body(rules, 999, [problem.status, problem.phrase, problem.message]);
    case 'profile':
    case 'crash':
      return body(rules, 999, UNSPECIFIED);
  }
}
