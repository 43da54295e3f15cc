// What is not there: an unknown path, or a method that a path does not know.
import type { Context, Hono, NotFoundHandler } from 'hono';
import { answerProblem, Problem } from './problem.ts';

/** The methods that routes of the app answer at a path; none when there is no such path. The routes have no parameters. */
export function methodsAt(app: Hono, path: string): string[] {
  const methods = app.routes.filter((route) => route.path === path && route.method !== 'ALL');
  return [...new Set(methods.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}

/** 404 `not_found`, or 405 `method_not_allowed` with `Allow`. */
export function answerNotFound(app: Hono): NotFoundHandler {
  return (c: Context) => {
    const methods = methodsAt(app, c.req.path);
    if (methods.length === 0 || methods.includes(c.req.method)) {
      return answerProblem(c, new Problem(404, 'not_found', 'There is nothing here'));
    }
    const allow = methods.join(', ');
    return answerProblem(
      c,
      new Problem(405, 'method_not_allowed', `Here it is ${allow}`, { headers: { allow } }),
    );
  };
}
