/** The OAuth server's error bodies: errnos, phrases and messages. */
import type { EraRules } from '../era.ts';
import type { Problem, Rendered } from '../problems.ts';

interface Wording {
  readonly status: number;
  readonly error: string;
  readonly message: string;
}

const bad = (message: string, error = 'Bad Request'): Wording => ({ status: 400, error, message });

const CONTENT_TYPE = 'Content-Type must be either application/json or application/x-www-form-urlencoded';

/** FxA: error is an HTTP-like phrase, never an RFC 6749 code; only errno tells errors apart. */
const WORDINGS: Readonly<Record<number, Wording>> = {
  101: bad('Unknown client'),
  102: bad('Incorrect secret'),
  103: bad('Incorrect redirect_uri'),
  104: { status: 401, error: 'Bad Request', message: 'Invalid assertion' },
  105: bad('Unknown code'),
  106: bad('Incorrect code'),
  107: bad('Expired code'),
  108: bad('Invalid token'),
  109: bad('Invalid request parameter'),
  110: bad('Invalid response_type'),
  111: { status: 401, error: 'Unauthorized', message: 'Client is not authorized for token exchange' },
  113: { status: 415, error: 'Unsupported Media Type', message: CONTENT_TYPE },
  114: bad('Requested scopes are not allowed', 'Invalid scopes'),
  115: bad('Expired token'),
  116: bad('Not a public client'),
  117: bad('Incorrect code_challenge'),
  118: bad('Public clients require PKCE OAuth parameters', 'PKCE parameters missing'),
  120: bad('Mismatch acr value'),
  121: bad('Invalid grant_type'),
  202: { status: 503, error: 'Client Disabled', message: 'This client has been temporarily disabled' },
};

const UNSPECIFIED: Wording = { status: 500, error: 'Internal Server Error', message: 'Unspecified error' };

function body(
  rules: EraRules,
  errno: number,
  wording: Wording,
  extra: Readonly<Record<string, unknown>> = {},
): Rendered {
  return {
    status: wording.status,
    body: {
      code: wording.status,
      errno,
      error: wording.error,
      message: wording.message,
      info: rules.oauthErrorInfo,
      ...extra,
    },
    headers: wording.status === 503 && !rules.monorepo ? { 'retry-after': '30' } : {},
  };
}

/** Renders a problem as the OAuth server does. */
export function renderOAuthProblem(rules: EraRules, problem: Problem): Rendered {
  switch (problem.kind) {
    case 'oauth':
      return body(rules, problem.errno, WORDINGS[problem.errno] ?? UNSPECIFIED, problem.extra);
    case 'validation': {
      const validation = { source: problem.source, keys: problem.keys };
      return body(rules, 109, WORDINGS[109] ?? UNSPECIFIED, { validation });
    }
    case 'http':
      if (problem.status === 415) return body(rules, 113, WORDINGS[113] ?? UNSPECIFIED);
      // Since the servers are one, a path that does not exist belongs to the auth server.
      return body(
        rules,
        999,
        { status: problem.status, error: problem.phrase, message: problem.message },
        rules.monorepo && problem.status === 404 ? { info: rules.authErrorInfo } : {},
      );
    case 'auth':
    case 'profile':
    case 'crash':
      return body(rules, 999, UNSPECIFIED);
  }
}
