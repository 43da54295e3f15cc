/** The profile server's error bodies: its own errnos, and no `info` member. */
import type { EraRules } from '../era.ts';
import type { Problem, Rendered } from '../problems.ts';

function body(status: number, errno: number, error: string, message: string, extra: object = {}): Rendered {
  return { status, body: { code: status, errno, error, message, ...extra }, headers: {} };
}

/** Renders a problem as the profile server does. */
export function renderProfileProblem(rules: EraRules, problem: Problem): Rendered {
  switch (problem.kind) {
    case 'profile':
      return { status: problem.status, body: problem.body, headers: {} };
    case 'validation': {
      const validation = { source: problem.source, keys: problem.keys };
      return body(400, 101, 'Bad Request', 'Invalid request parameter', { validation });
    }
    case 'http':
      return body(problem.status, 999, problem.phrase, problem.message);
    case 'oauth':
    case 'auth':
    case 'crash':
      return body(
        500,
        999,
        'Internal Server Error',
        rules.monorepo ? 'An internal server error occurred' : 'Unspecified error',
      );
  }
}
