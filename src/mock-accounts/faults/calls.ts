/** The names of a request, from method, path and body, by which faults match. For all eras and path families. */
import type { CallName } from './model.ts';

const PROFILE = /^\/v1\/(?:profile|uid|email|display_name|subscriptions|avatar)(?:\/|$)/;
const API = /^\/(?:v1\/|oidc\/(?!auth)|\.well-known\/|metrics-flow$)/;

const POSTS: Readonly<Record<string, CallName>> = {
  '/v1/token': 'token',
  '/v1/oauth/token': 'token',
  '/v1/destroy': 'destroy',
  '/v1/oauth/destroy': 'destroy',
  '/v1/verify': 'verify',
  '/v1/introspect': 'introspect',
  '/v1/authorization': 'code',
  '/v1/oauth/authorization': 'code',
  '/oidc/token': 'token',
  '/oidc/token/revocation': 'destroy',
  '/oidc/token/introspection': 'introspect',
};

/** Whether the body is needed to find all names. */
export function needsBody(method: string, path: string): boolean {
  return method === 'POST' && POSTS[path] === 'token';
}

/** The most specific name of a request, except for its grant. */
function nameOf(method: string, path: string): CallName | undefined {
  if (method === 'POST' && path in POSTS) return POSTS[path];
  if (path === '/oidc/me') return 'profile';
  if (PROFILE.test(path)) return method === 'GET' || method === 'HEAD' ? 'profile' : 'profile-write';
  if (path === '/v1/jwks' || path === '/oidc/jwks') return 'jwks';
  if (path.startsWith('/.well-known/')) return 'discovery';
  if (path === '/metrics-flow') return 'metrics-flow';
  const isPage = /^\/(?:v1\/|oidc\/)?auth(?:orization)?$/.test(path);
  return isPage ? 'authorization' : undefined;
}

/** FxA: the default grant type is the authorization code. The body may be JSON or a form, regardless of its type. */
function grantOf(body: string): CallName {
  let type: unknown;
  try {
    type = (JSON.parse(body) as { grant_type?: unknown } | null)?.grant_type;
  } catch {
    type = new URLSearchParams(body).get('grant_type');
  }
  return type === 'refresh_token' ? 'refresh' : 'exchange';
}

/** All names of a request, the most specific one last; none for preflights. `body` is used if `needsBody` is true. */
export function callsOf(method: string, path: string, body = ''): readonly CallName[] {
  if (method === 'OPTIONS') return [];
  const name = nameOf(method, path);
  return [
    'any',
    ...(API.test(path) ? (['api'] as const) : []),
    ...(name === undefined ? [] : [name]),
    ...(needsBody(method, path) ? [grantOf(body)] : []),
  ];
}
