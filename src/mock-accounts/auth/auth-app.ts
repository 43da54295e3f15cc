/** The auth server: its endpoints in one table. */
import type { Hono } from 'hono';
import { apiApp, type Endpoint } from '../http/api-app.ts';
import { styleOf } from '../http/server-style.ts';
import { json } from '../http/reply.ts';
import { clientInformation } from '../oauth/oauth-app.ts';
import { anyCaseClientId } from '../validation/members.ts';
import { required, type Schema, validate } from '../validation/schema.ts';
import type { World } from '../context.ts';
import {
  accountDestroyEndpoint,
  createEndpoint,
  loginEndpoint,
  sessionDestroyEndpoint,
  verifyCodeEndpoint,
} from './accounts.ts';
import { authorizationEndpoint } from './authorization.ts';
import { authDestroyEndpoint } from './destroy.ts';
import { scopedKeyDataEndpoint } from './scoped-key-data.ts';
import { authTokenEndpoint } from './token.ts';

const clientParams: Schema = { unknown: 'stripped', fields: [required('client_id', anyCaseClientId)] };

/** Builds the app. */
export function authApp(world: World): Hono {
  const endpoints: Endpoint[] = [
    { method: 'GET', path: '/', handle: () => json(world.rules.version) },
    { method: 'GET', path: '/__version__', handle: () => json(world.rules.version) },
    { method: 'GET', path: '/__heartbeat__', handle: () => json({}) },
    { method: 'GET', path: '/__lbheartbeat__', handle: () => json({}) },
    { method: 'POST', path: '/v1/account/create', handle: (c) => createEndpoint(world, c) },
    { method: 'POST', path: '/v1/account/login', handle: (c) => loginEndpoint(world, c) },
    { method: 'POST', path: '/v1/account/destroy', handle: (c) => accountDestroyEndpoint(world, c) },
    { method: 'POST', path: '/v1/session/verify_code', handle: (c) => verifyCodeEndpoint(world, c) },
    { method: 'POST', path: '/v1/session/destroy', handle: (c) => sessionDestroyEndpoint(world, c) },
    {
      method: 'POST',
      path: '/v1/account/scoped-key-data',
      handle: (c) => scopedKeyDataEndpoint(world, c),
    },
    { method: 'POST', path: '/v1/oauth/authorization', handle: (c) => authorizationEndpoint(world, c) },
    { method: 'POST', path: '/v1/oauth/token', handle: (c) => authTokenEndpoint(world, c) },
    {
      method: 'GET',
      path: '/v1/oauth/client/:client_id',
      handle: (c) =>
        clientInformation(world, validate(clientParams, c.req.param(), 'params').client_id as string),
    },
  ];
  if (world.rules.rfc7009Destroy) {
    endpoints.push({
      method: 'POST',
      path: '/v1/oauth/destroy',
      handle: (c) => authDestroyEndpoint(world, c),
    });
  }
  return apiApp(styleOf(world.rules, 'auth'), endpoints, world.now);
}
