// Responses for unknown paths and unsupported methods.
import type { Context, Hono, NotFoundHandler } from 'hono';
import { answerProblem, Problem } from './problem.ts';

/** The methods the app supports at a path; empty for an unknown path. Routes have no path parameters. */
export function methodsAt(app: Hono, path: string): string[] {
  const methods = app.routes.filter((route) => route.path === path && route.method !== 'ALL');
  return [...new Set(methods.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}

/** Returns the app's `notFound` handler: 404 `not_found`, or 405 `method_not_allowed` with `Allow`. */
export function answerNotFound(app: Hono): NotFoundHandler {
  return (c: Context) => {
    const methods = methodsAt(app, c.req.path);
    if (methods.length === 0 || methods.includes(c.req.method)) {
      return answerProblem(c, new Problem(404, 'not_found', 'Not found'));
    }
    const allow = methods.join(', ');
    return answerProblem(c, new Problem(405, 'method_not_allowed', `Use ${allow}`, { headers: { allow } }));
  };
}
