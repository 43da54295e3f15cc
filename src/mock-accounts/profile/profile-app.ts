/** The profile server: its endpoints in one table. */
import type { Context, Hono } from 'hono';
import { apiApp, type Endpoint } from '../http/api-app.ts';
import { styleOf } from '../http/server-style.ts';
import { json } from '../http/reply.ts';
import { httpProblem } from '../problems.ts';
import type { MockContext } from '../context.ts';
import { deleteEndpoint, uploadEndpoint } from './avatar-writes.ts';
import { monogram } from './pictures.ts';
import { profileEndpoint } from './profile.ts';
import {
  avatarEndpoint,
  displayNameEndpoint,
  emailEndpoint,
  setDisplayNameEndpoint,
  subscriptionsEndpoint,
  uidEndpoint,
} from './simple-routes.ts';

/** FxA: `/v1/avatar/<letter>` is the default picture of everyone whose name begins so. */
function letterEndpoint(c: Context): Response {
  const letter = c.req.param('letter') ?? '';
  if (!/^[\p{L}\p{N}?]$/u.test(letter)) throw httpProblem(404, 'Not Found');
  return new Response(monogram(letter), {
    headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' },
  });
}

/** Builds the app. */
export function profileApp(context: MockContext): Hono {
  const endpoints: Endpoint[] = [
    { method: 'GET', path: '/', handle: () => json(context.rules.version) },
    { method: 'GET', path: '/__version__', handle: () => json(context.rules.version) },
    { method: 'GET', path: '/__heartbeat__', handle: () => json({}) },
    { method: 'GET', path: '/__lbheartbeat__', handle: () => json({}) },
    { method: 'GET', path: '/v1/profile', handle: (c) => profileEndpoint(context, c) },
    { method: 'GET', path: '/v1/uid', handle: (c) => uidEndpoint(context, c) },
    { method: 'GET', path: '/v1/email', handle: (c) => emailEndpoint(context, c) },
    { method: 'GET', path: '/v1/display_name', handle: (c) => displayNameEndpoint(context, c) },
    { method: 'POST', path: '/v1/display_name', handle: (c) => setDisplayNameEndpoint(context, c) },
    { method: 'GET', path: '/v1/avatar', handle: (c) => avatarEndpoint(context, c) },
    { method: 'POST', path: '/v1/avatar/upload', handle: (c) => uploadEndpoint(context, c) },
    { method: 'DELETE', path: '/v1/avatar', handle: (c) => deleteEndpoint(context, c) },
    { method: 'DELETE', path: '/v1/avatar/:id', handle: (c) => deleteEndpoint(context, c) },
  ];
  if (context.rules.profileHasNewerRoutes) {
    endpoints.push(
      { method: 'GET', path: '/v1/subscriptions', handle: (c) => subscriptionsEndpoint(context, c) },
      { method: 'GET', path: '/v1/avatar/:letter', handle: letterEndpoint },
    );
  }
  return apiApp(styleOf(context.rules, 'profile'), endpoints, context.now);
}
