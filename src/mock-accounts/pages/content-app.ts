/** The content server: discovery and the pages. */
import { createHash } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { isCrossOrigin } from '../http/cross-origin.ts';
import { json } from '../http/reply.ts';
import type { MockContext } from '../context.ts';
import { actSettings, actSignIn, showSettings, showSignIn } from './account-pages.ts';
import { actAuthorization, showAuthorization } from './authorization-page.ts';
import { clientConfiguration, openidConfiguration } from './discovery.ts';
import { errorPage } from './forms.ts';
import { frontPage } from './front-page.ts';
import { render } from './layout.ts';

const OPEN = { 'access-control-allow-origin': '*' };

const PREFLIGHT = { ...OPEN, 'access-control-allow-methods': 'GET', vary: 'Access-Control-Request-Headers' };

/** FxA: the headers of every answer of the content server; its JSON has weak ETags, as Express makes them. */
const protect: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('x-frame-options', 'DENY');
  c.header('x-xss-protection', '0');
  c.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
  c.header('x-content-type-options', 'nosniff');
  if (c.res.headers.get('content-type')?.startsWith('application/json') !== true) return;
  const bytes = Buffer.from(await c.res.clone().arrayBuffer());
  const hash = createHash('sha1').update(bytes).digest('base64').slice(0, 27);
  c.header('etag', `W/"${bytes.length.toString(16)}-${hash}"`);
};

/** Builds the app. */
export function contentApp(context: MockContext): Hono {
  const app = new Hono();
  if (context.rules.monorepo) app.use('*', protect);
  app.options('/.well-known/*', () => new Response(null, { status: 204, headers: PREFLIGHT }));
  app.get('/.well-known/change-password', (c) => {
    const location = '/settings/change_password';
    return c.text(`Moved Permanently. Redirecting to ${location}`, 301, {
      location,
      vary: 'Accept',
      'content-type': 'text/plain; charset=utf-8',
    });
  });
  app.get('/.well-known/openid-configuration', () =>
    json(openidConfiguration(context), 200, { ...OPEN, 'cache-control': 'public, max-age=3600' }),
  );
  app.get('/.well-known/fxa-client-configuration', () =>
    json(clientConfiguration(context), 200, { ...OPEN, 'cache-control': 'public, max-age=86400' }),
  );
  app.get('/', async (c): Promise<Response> => {
    const wantsPage = c.req.header('accept')?.includes('text/html') ?? false;
    return wantsPage ? render(c, frontPage(context)) : c.json(context.rules.version);
  });
  app.get('/__version__', (c) => c.json(context.rules.version));
  app.get('/__heartbeat__', (c) => c.json({}));
  app.get('/__lbheartbeat__', (c) => c.json({}));
  app.get('/metrics-flow', (c) => context.metricsFlows.answer(c));
  app.get('/authorization', (c) => showAuthorization(context, c));
  const form = (act: (context: MockContext, c: Context) => Promise<Response>) => (c: Context) =>
    isCrossOrigin(c) ? render(c, errorPage('This form was sent from another site.', 403)) : act(context, c);
  app.post('/authorization', form(actAuthorization));
  app.get('/signin', (c) => showSignIn(context, c));
  app.post('/signin', form(actSignIn));
  app.get('/settings', (c) => showSettings(context, c));
  app.post('/settings', form(actSettings));
  app.notFound((c) => render(c, errorPage('There is no such page.', 404)));
  return app;
}
