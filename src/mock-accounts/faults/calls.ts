/** What a request is called, by method, path and body: the names faults go by. Both eras and both path families. */
import type { CallName } from './model.ts';

const PROFILE = /^\/v1\/(?:profile|uid|email|display_name|subscriptions|avatar)(?:\/|$)/;
const API = /^\/(?:v1\/|\.well-known\/|metrics-flow$)/;

const POSTS: Readonly<Record<string, CallName>> = {
  '/v1/token': 'token',
  '/v1/oauth/token': 'token',
  '/v1/destroy': 'destroy',
  '/v1/oauth/destroy': 'destroy',
  '/v1/verify': 'verify',
  '/v1/introspect': 'introspect',
  '/v1/authorization': 'code',
  '/v1/oauth/authorization': 'code',
};

/** Whether only the body tells all names of the request. */
export function needsBody(method: string, path: string): boolean {
  return method === 'POST' && POSTS[path] === 'token';
}

/** The most telling name of a request, but for its grant. */
function nameOf(method: string, path: string): CallName | undefined {
  if (method === 'POST' && path in POSTS) return POSTS[path];
  if (PROFILE.test(path)) return method === 'GET' || method === 'HEAD' ? 'profile' : 'profile-write';
  if (path === '/v1/jwks') return 'jwks';
  if (path.startsWith('/.well-known/')) return 'discovery';
  if (path === '/metrics-flow') return 'metrics-flow';
  return path === '/authorization' || path === '/v1/authorization' ? 'authorization' : undefined;
}

/** FxA: the grant type is that of a code when none is named. The body is JSON or a form, whatever its type says. */
function grantOf(body: string): CallName {
  let type: unknown;
  try {
    type = (JSON.parse(body) as { grant_type?: unknown } | null)?.grant_type;
  } catch {
    type = new URLSearchParams(body).get('grant_type');
  }
  return type === 'refresh_token' ? 'refresh' : 'exchange';
}

/** All names of a request, the most telling one last. A preflight has none. `body` counts where `needsBody` says so. */
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
