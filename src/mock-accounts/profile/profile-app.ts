/** The profile server: its endpoints in one table. */
import type { Context, Hono } from 'hono';
import { apiApp, type Endpoint } from '../http/api-app.ts';
import { styleOf } from '../http/server-style.ts';
import { json } from '../http/reply.ts';
import { httpProblem } from '../problems.ts';
import type { World } from '../context.ts';
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
export function profileApp(world: World): Hono {
  const endpoints: Endpoint[] = [
    { method: 'GET', path: '/', handle: () => json(world.rules.version) },
    { method: 'GET', path: '/__version__', handle: () => json(world.rules.version) },
    { method: 'GET', path: '/__heartbeat__', handle: () => json({}) },
    { method: 'GET', path: '/__lbheartbeat__', handle: () => json({}) },
    { method: 'GET', path: '/v1/profile', handle: (c) => profileEndpoint(world, c) },
    { method: 'GET', path: '/v1/uid', handle: (c) => uidEndpoint(world, c) },
    { method: 'GET', path: '/v1/email', handle: (c) => emailEndpoint(world, c) },
    { method: 'GET', path: '/v1/display_name', handle: (c) => displayNameEndpoint(world, c) },
    { method: 'POST', path: '/v1/display_name', handle: (c) => setDisplayNameEndpoint(world, c) },
    { method: 'GET', path: '/v1/avatar', handle: (c) => avatarEndpoint(world, c) },
    { method: 'POST', path: '/v1/avatar/upload', handle: (c) => uploadEndpoint(world, c) },
    { method: 'DELETE', path: '/v1/avatar', handle: (c) => deleteEndpoint(world, c) },
    { method: 'DELETE', path: '/v1/avatar/:id', handle: (c) => deleteEndpoint(world, c) },
  ];
  if (world.rules.profileHasNewerRoutes) {
    endpoints.push(
      { method: 'GET', path: '/v1/subscriptions', handle: (c) => subscriptionsEndpoint(world, c) },
      { method: 'GET', path: '/v1/avatar/:letter', handle: letterEndpoint },
    );
  }
  return apiApp(styleOf(world.rules, 'profile'), endpoints, world.now);
}
