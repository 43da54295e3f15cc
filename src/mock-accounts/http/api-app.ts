/** Turns a table of endpoints into a Hono app with the server's error bodies, preflights and headers. */
import { type Context, Hono } from 'hono';
import { httpProblem, ProblemError } from '../problems.ts';
import type { ApiStyle } from './server-style.ts';
import { type Belonging, addResponseHeaders } from './response-headers.ts';
import { preflight } from './preflight.ts';
import { json } from './reply.ts';

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Hono's path syntax; `:name` matches one segment. */
  readonly path: string;
  /** For a signed-in person. FxA: such answers are signed while they are sent, so their length is not told. */
  readonly bySession?: true;
  readonly handle: (c: Context) => Response | Promise<Response>;
}

/** The error response for a problem, or the framework's plain 500. */
function rendered(style: ApiStyle, error: ProblemError): Response {
  if (error.problem.kind === 'crash' && style.bareCrash) {
    const message = 'An internal server error occurred';
    return json({ statusCode: 500, error: 'Internal Server Error', message }, 500);
  }
  const { status, body, headers } = style.render(error.problem);
  return json(body, status, headers);
}

function matcher(path: string): RegExp {
  return new RegExp(`^${path.replace(/\/:\w+\?/g, '(?:/[^/]+)?').replace(/:\w+/g, '[^/]+')}$`);
}

/** Builds the app. `now` gives milliseconds. */
export function apiApp(style: ApiStyle, endpoints: readonly Endpoint[], now: () => number): Hono {
  const app = new Hono();
  const patterns = endpoints.map(({ method, path }) => ({ method, pattern: matcher(path) }));
  const withHeaders = (c: Context, belonging: Belonging, response: Response) =>
    addResponseHeaders(response, style, { belonging, origin: c.req.header('origin') ?? null, now: now() });

  app.options('*', (c) => {
    const exists = (method: string) =>
      patterns.some((entry) => entry.method === method && entry.pattern.test(c.req.path));
    try {
      return withHeaders(c, 'preflight', preflight(c.req.raw, style, exists));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return withHeaders(c, 'preflight', rendered(style, error));
    }
  });
  for (const { method, path, handle, bySession } of endpoints) {
    const signed = (response: Response) => {
      if (bySession === true && style.signsAnswers && response.status !== 401) {
        response.headers.delete('content-length');
      }
      return response;
    };
    app.on(method, path, async (c) => {
      try {
        return withHeaders(c, 'route', signed(await handle(c)));
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        return withHeaders(c, 'route', signed(rendered(style, error)));
      }
    });
  }
  app.notFound((c) => withHeaders(c, 'nowhere', rendered(style, httpProblem(404, 'Not Found'))));
  return app;
}
