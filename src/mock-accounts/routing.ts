/**
 * Which of Mozilla accounts' servers a request addresses. Everything lives on one origin here, so the path decides; but
 * a Host header with a port of the real localhost stack, unless it is the mock server's own, names one server, which
 * then answers only for its own paths.
 */

import type { Era } from './era.ts';

/** The servers with a JSON API. */
export type ApiRole = 'oauth' | 'auth' | 'profile';
/** `content` is the site with the pages; `images` serves avatars. */
export type Role = ApiRole | 'content' | 'images';

/**
 * Ports of the real servers on a developer's machine. FxA: oauth 9010, auth 9000, profile 1111, images 1112, content
 * 3030.
 */
const ROLE_PORTS: Readonly<Record<string, Role>> = {
  '9010': 'oauth',
  '9000': 'auth',
  '1111': 'profile',
  '1112': 'images',
  '3030': 'content',
};

const PROFILE_PATHS =
  /^\/v1\/(?:profile|uid|email|display_name|subscriptions|avatars?|_core_profile)(?:\/|$)/;
const AUTH_PATHS = /^\/v1\/(?:oauth|account|session|password|recovery_email)\//;

/** Where every server tells its version and health; without a port to tell them apart, the OAuth server answers. */
const ROOT_PATHS = /^\/(?:__version__|__heartbeat__|__lbheartbeat__|config)?$/;

function roleOfPath(path: string): Role {
  if (ROOT_PATHS.test(path)) return 'oauth';
  if (path.startsWith('/a/')) return 'images';
  if (PROFILE_PATHS.test(path)) return 'profile';
  if (AUTH_PATHS.test(path)) return 'auth';
  return path.startsWith('/v1/') ? 'oauth' : 'content';
}

/**
 * The role a request addresses: by the port in its Host header first, then by its path. `ownPort` is where the mock
 * server itself is reached: all servers share it, so it names none, whatever its number. FxA: today the OAuth and auth
 * hosts are one server, and the paths of both answer on both.
 */
export function roleOf(host: string, path: string, era: Era, ownPort: string): Role {
  const port = /:(\d+)$/.exec(host)?.[1];
  const byPort = port === undefined || port === ownPort ? undefined : ROLE_PORTS[port];
  const byPath = roleOfPath(path);
  if (byPort === undefined) return byPath;
  const merged = (role: Role) => role === 'oauth' || role === 'auth';
  return era !== '2019' && merged(byPort) && merged(byPath) ? byPath : byPort;
}
