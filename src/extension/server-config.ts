// The server that a tester selects instead of the built-in one: validates it and applies it to the build.
import { knownEndpoints } from '../fxa/environments.ts';
import { parameterFault } from '../fxa/authorization-parameters.ts';
import { secureUrl } from '../fxa/secure-url.ts';
import type { BuildConfig } from './config.ts';

/** A Mozilla accounts server, the client id there, and a companion. Origins have no trailing slash. */
export interface ServerConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: no companion. */
  readonly companion?: string;
}

/** The servers that the options page offers. */
export interface Servers {
  readonly builtIn: ServerConfig;
  /** By name. Empty in production, where the server is fixed. */
  readonly presets: Readonly<Partial<Record<'stage' | 'standin', ServerConfig>>>;
}

/** Seconds between polls of a companion unknown to the build. Short, because testers are watching. */
const COMPANION_EVERY = 60;

/**
 * Reads a stored or received server, dropping other members. Undefined unless issuer and companion are origins that a
 * content security policy can contain, and the client id is valid. Pure.
 */
export function parseServerConfig(value: unknown): ServerConfig | undefined {
  const { issuer, clientId, companion } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (!isOrigin(issuer) || typeof clientId !== 'string') return undefined;
  if (companion !== undefined && !isOrigin(companion)) return undefined;
  if (parameterFault('client_id', clientId) !== undefined) return undefined;
  return { issuer, clientId, ...(companion !== undefined && { companion }) };
}

/**
 * The build with the stored server applied; unchanged without a valid one and in production. Keeps what the build
 * already knows about that server. Pure.
 */
export function applyServer(build: BuildConfig, stored: unknown): BuildConfig {
  const server = build.environment === 'production' ? undefined : parseServerConfig(stored);
  if (!server) return build;
  const { endpoints, companion, returnPage, ...rest } = build;
  const { issuer, clientId } = server;
  const same = issuer === build.issuer && clientId === build.clientId;
  const every = companion?.every ?? COMPANION_EVERY;
  return {
    ...rest,
    issuer,
    clientId,
    ...(issuer === build.issuer ? endpoints && { endpoints } : knownServer(issuer)),
    ...(server.companion !== undefined && { companion: { origin: server.companion, every } }),
    // The return page is registered with the client.
    ...(same && returnPage !== undefined && { returnPage }),
  };
}

function knownServer(issuer: string): Pick<BuildConfig, 'environment' | 'endpoints'> {
  for (const environment of ['production', 'stage'] as const) {
    const endpoints = knownEndpoints(environment);
    if (endpoints.issuer === issuer) return { environment, endpoints };
  }
  return { environment: 'custom' };
}

/** https, or http on 127.0.0.1 and localhost. */
function isOrigin(value: unknown): value is string {
  const url = secureUrl(value);
  if (url?.origin !== value) return false;
  return url?.protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(url?.hostname ?? '');
}
