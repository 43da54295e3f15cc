/** The OAuth server: its endpoints in one table. */
import { parse as parseQuery, stringify as stringifyQuery } from 'node:querystring';
import type { Context, Hono } from 'hono';
import { apiApp, type Endpoint } from '../http/api-app.ts';
import { styleOf } from '../http/server-style.ts';
import { json } from '../http/reply.ts';
import { oauthProblem } from '../problems.ts';
import { clientId } from '../validation/members.ts';
import { required, type Schema, validate } from '../validation/schema.ts';
import type { MockContext } from '../context.ts';
import { assertionEndpoint } from './assertion.ts';
import { findClient, wrongMember } from './client-auth.ts';
import { destroyEndpoint } from './destroy.ts';
import { introspectEndpoint } from './introspect.ts';
import { tokenEndpoint } from './token.ts';
import { verifyEndpoint } from './verify.ts';

const clientParams: Schema = { unknown: 'refused', fields: [required('client_id', clientId)] };

/** What anybody may know of a client. FxA: several redirect URIs are one comma-separated string. */
export function clientInformation(context: MockContext, id: string): Response {
  const client = findClient(context, id);
  return json({
    id: client.id,
    name: client.name,
    trusted: client.trusted,
    image_uri: '',
    redirect_uri: client.redirectUris.join(','),
  });
}

/** FxA: `GET /v1/authorization` passes on to the page, but never a `keys_jwk`. */
function redirectToPage(context: MockContext, c: Context): Response {
  if (c.req.query('keys_jwk') !== undefined && c.req.query('keys_jwk') !== '') {
    throw oauthProblem(109, { validation: wrongMember(context.rules, 'keys_jwk') });
  }
  // The query is read and written anew: in 2019 a space came out as `%20`, since then as `+`.
  const { search, searchParams } = new URL(c.req.url);
  const query = context.rules.monorepo
    ? searchParams.toString()
    : stringifyQuery(parseQuery(search.slice(1)));
  const location = `${context.origin}/authorization${query === '' ? '' : `?${query}`}`;
  return new Response(null, {
    status: 302,
    headers: { location, 'content-length': '0' },
  });
}

/** FxA: the version is pretty-printed. */
function version(context: MockContext): Response {
  const text = JSON.stringify(context.rules.version, null, 2);
  return new Response(text, {
    headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': String(text.length) },
  });
}

/** FxA 2019: whom it trusts for assertions, and where the pages are. Nothing verifies assertions here. */
function configuration(context: MockContext): Response {
  const browserid = { issuer: new URL(context.origin).host, verificationUrl: 'http://127.0.0.1:5050/v2' };
  return json({ browserid, contentUrl: context.origin });
}

/** Builds the app. */
export function oauthApp(context: MockContext): Hono {
  const ok = () => json({});
  const keysCache = context.rules.monorepo ? { 'cache-control': 'max-age=10, must-revalidate, public' } : {};
  const endpoints: Endpoint[] = [
    { method: 'GET', path: '/', handle: () => version(context) },
    { method: 'GET', path: '/__version__', handle: () => version(context) },
    { method: 'GET', path: '/__heartbeat__', handle: ok },
    { method: 'GET', path: '/__lbheartbeat__', handle: ok },
    {
      method: 'GET',
      path: '/v1/client/:client_id',
      handle: (c) =>
        clientInformation(context, validate(clientParams, c.req.param(), 'params').client_id as string),
    },
    { method: 'GET', path: '/v1/authorization', handle: (c) => redirectToPage(context, c) },
    { method: 'POST', path: '/v1/authorization', handle: (c) => assertionEndpoint(context, c) },
    {
      method: 'GET',
      path: '/v1/jwks',
      handle: async () => json({ keys: await context.keys.published() }, 200, keysCache),
    },
    { method: 'POST', path: '/v1/token', handle: (c) => tokenEndpoint(context, c) },
    { method: 'POST', path: '/v1/destroy', handle: (c) => destroyEndpoint(context, c) },
    { method: 'POST', path: '/v1/introspect', handle: (c) => introspectEndpoint(context, c) },
    { method: 'POST', path: '/v1/verify', handle: (c) => verifyEndpoint(context, c) },
  ];
  if (!context.rules.monorepo) {
    endpoints.push({ method: 'GET', path: '/config', handle: () => configuration(context) });
  }
  return apiApp(styleOf(context.rules, 'oauth'), endpoints, context.now);
}
