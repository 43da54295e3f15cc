/**
 * Everything that era `next` answers otherwise than `today`: the provider, its sign-in page, and FxA's paths, which are
 * gone.
 */
import { type Context, Hono } from 'hono';
import type { MockContext } from '../context.ts';
import { isCrossOrigin } from '../http/cross-origin.ts';
import { json } from '../http/reply.ts';
import { errorPage } from '../pages/forms.ts';
import { render } from '../pages/layout.ts';
import type { Role } from '../routing.ts';
import type { NextOptions } from './configuration.ts';
import type { Grants } from './grants.ts';
import { interactionPage } from './interaction-page.ts';
import { createNextServer } from './provider.ts';

const PROVIDER = /^\/(?:oidc\/|\.well-known\/openid-configuration$)/;
const PAGE = '/interaction/';
/** FxA's endpoints for tokens, profiles and authorizations. */
const GONE =
  /^\/(?:authorization$|v1\/(?:oauth\/|token$|destroy$|verify$|introspect$|jwks$|profile|authorization$))/;

export interface NextApp {
  readonly app: Hono;
  takes(path: string): boolean;
  /** Which of FxA's servers would answer it, for faults. */
  roleOf(path: string): Role | undefined;
}

/** Builds the app. */
export function nextApp(context: MockContext, grants: Grants, options: NextOptions): NextApp {
  const server = createNextServer(context, grants, options);
  const page = (c: Context) =>
    c.req.method !== 'GET' && isCrossOrigin(c)
      ? render(c, errorPage('This form was sent from another site.', 403))
      : interactionPage(context, server, c);
  const app = new Hono();
  app.on(['GET', 'POST'], `${PAGE}:uid`, page);
  app.all('*', (c) =>
    PROVIDER.test(c.req.path)
      ? server.answer(c.req.raw)
      : json({ code: 404, errno: 999, error: 'Not Found', message: 'Not Found' }, 404),
  );
  return {
    app,
    takes: (path) => PROVIDER.test(path) || path.startsWith(PAGE) || GONE.test(path),
    roleOf: (path) => {
      if (path === '/oidc/me') return 'profile';
      return /^\/oidc\/(?!auth)/.test(path) ? 'oauth' : undefined;
    },
  };
}
