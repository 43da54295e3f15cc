/** The auth server: its endpoints in one table. */
import type { Hono } from 'hono';
import { apiApp, type Endpoint } from '../http/api-app.ts';
import { styleOf } from '../http/server-style.ts';
import { json } from '../http/reply.ts';
import { clientInformation } from '../oauth/oauth-app.ts';
import { anyCaseClientId } from '../validation/members.ts';
import { required, type Schema, validate } from '../validation/schema.ts';
import type { MockContext } from '../context.ts';
import {
  accountDestroyEndpoint,
  createEndpoint,
  loginEndpoint,
  sessionDestroyEndpoint,
  verifyCodeEndpoint,
  verifyTotpEndpoint,
} from './accounts.ts';
import { authorizationEndpoint } from './authorization.ts';
import { authDestroyEndpoint } from './destroy.ts';
import { scopedKeyDataEndpoint } from './scoped-key-data.ts';
import { authTokenEndpoint } from './token.ts';

const clientParams: Schema = { unknown: 'stripped', fields: [required('client_id', anyCaseClientId)] };

/** Builds the app. */
export function authApp(context: MockContext): Hono {
  const endpoints: Endpoint[] = [
    { method: 'GET', path: '/', handle: () => json(context.rules.version) },
    { method: 'GET', path: '/__version__', handle: () => json(context.rules.version) },
    { method: 'GET', path: '/__heartbeat__', handle: () => json({}) },
    { method: 'GET', path: '/__lbheartbeat__', handle: () => json({}) },
    { method: 'POST', path: '/v1/account/create', handle: (c) => createEndpoint(context, c) },
    { method: 'POST', path: '/v1/account/login', handle: (c) => loginEndpoint(context, c) },
    { method: 'POST', path: '/v1/account/destroy', handle: (c) => accountDestroyEndpoint(context, c) },
    { method: 'POST', path: '/v1/session/verify_code', handle: (c) => verifyCodeEndpoint(context, c) },
    { method: 'POST', path: '/v1/session/destroy', handle: (c) => sessionDestroyEndpoint(context, c) },
    {
      method: 'POST',
      path: '/v1/account/scoped-key-data',
      bySession: true,
      handle: (c) => scopedKeyDataEndpoint(context, c),
    },
    {
      method: 'POST',
      path: '/v1/oauth/authorization',
      bySession: true,
      handle: (c) => authorizationEndpoint(context, c),
    },
    { method: 'POST', path: '/v1/session/verify/totp', handle: (c) => verifyTotpEndpoint(context, c) },
    { method: 'POST', path: '/v1/oauth/token', handle: (c) => authTokenEndpoint(context, c) },
    {
      method: 'GET',
      path: '/v1/oauth/client/:client_id',
      handle: (c) =>
        clientInformation(context, validate(clientParams, c.req.param(), 'params').client_id as string),
    },
  ];
  if (context.rules.rfc7009Destroy) {
    endpoints.push({
      method: 'POST',
      path: '/v1/oauth/destroy',
      handle: (c) => authDestroyEndpoint(context, c),
    });
  }
  return apiApp(styleOf(context.rules, 'auth'), endpoints, context.now);
}
