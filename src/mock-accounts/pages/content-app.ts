/** The content server: discovery and the pages. */
import { type Context, Hono } from 'hono';
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

/** Builds the app. */
export function contentApp(context: MockContext): Hono {
  const app = new Hono();
  app.get('/.well-known/openid-configuration', () =>
    json(openidConfiguration(context), 200, { ...OPEN, 'cache-control': 'public, max-age=3600' }),
  );
  app.get('/.well-known/fxa-client-configuration', () =>
    json(clientConfiguration(context), 200, { ...OPEN, 'cache-control': 'public, max-age=86400' }),
  );
  app.get('/', (c) => {
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
