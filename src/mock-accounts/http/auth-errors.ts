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
  114: [429, 'Too Many Requests', 'Client has sent too many requests'],
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
    headers: retryAfter(status, extra),
  };
}

/** Words that changed when the servers became one. */
const NEWER: Readonly<Record<number, Wording>> = {
  104: bad('Unconfirmed account'),
  105: bad('Invalid or expired confirmation code'),
  138: bad('Unconfirmed session'),
};
const STUMBLED: Wording = [500, 'Internal Server Error', 'An internal server error occurred'];
/** FxA: a 429 tells the wait in its header as in its body. */
function retryAfter(status: number, extra: Extra): Record<string, string> {
  if (status === 503) return { 'retry-after': '30' };
  return typeof extra.retryAfter === 'number' ? { 'retry-after': String(extra.retryAfter) } : {};
}

const UNSPECIFIED: Wording = [500, 'Internal Server Error', 'Unspecified error'];

function known(rules: EraRules, errno: number, extra: Extra = {}): Rendered {
  const newer = rules.monorepo ? NEWER[errno] : undefined;
  return body(rules, errno, newer ?? WORDINGS[errno] ?? UNSPECIFIED, extra);
}

function translated(rules: EraRules, errno: number, extra: Extra): Rendered {
  const translation = TRANSLATION[errno];
  if (translation === undefined) return body(rules, 999, UNSPECIFIED);
  const [own, ...members] = translation;
  const tellsMembers = rules.translatedMembers || own === 204 || (own === 170 && rules.mismatchTellsFound);
  const kept = tellsMembers ? members : [];
  const found = kept.filter((key) => key in extra).map((key) => [key, extra[key]] as const);
  const { body: answer, ...rest } = known(rules, own, Object.fromEntries(found));
  // FxA 2023: this one error forgets its `code`.
  if (own !== 173 || rules.translatedMembers) return { ...rest, body: answer };
  const { code: _, ...others } = answer;
  return { ...rest, body: others };
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
      if (rules.monorepo && problem.message.includes('JSON format')) {
        return body(rules, 999, [problem.status, problem.phrase, problem.message], { data: '{}' });
      }
      return body(rules, 999, [problem.status, problem.phrase, problem.message]);
    case 'profile':
    case 'crash':
      return body(rules, 999, rules.monorepo ? STUMBLED : UNSPECIFIED);
  }
}
